// A request for a lock needs a stat or an open to learn which file it is for. This keeps requests for one path in call
// order.
import { resolve } from 'node:path';

import type { Call } from '../schedule/call.js';
import { unlessEnded } from '../schedule/watch-call.js';

const latest = new Map<string, Promise<void>>();

/** The key that requests are ordered by: the path, or the descriptor. */
export function placeOf(name: string | number | Uint8Array): string {
  if (typeof name === 'number') return `descriptor ${name}`;
  return resolve(typeof name === 'string' ? name : Buffer.from(name).toString('latin1'));
}

/** Calls `prepare` immediately, and resolves to its result after all earlier calls for the same key have settled. */
export async function inOrderOf<T>(place: string, prepare: () => Promise<T>): Promise<T> {
  const before = latest.get(place);
  const prepared = prepare();
  const mine = finished(before, prepared);
  latest.set(place, mine);
  await mine;
  if (latest.get(place) === mine) latest.delete(place);
  return prepared;
}

/** Calls `prepare` after all earlier calls for the same key have settled, and before later ones, unless `call` ends first. */
export function inTurnOf<T>(place: string, prepare: () => Promise<T>, call: Call | undefined): Promise<T> {
  const before = latest.get(place);
  const prepared = before === undefined ? prepare() : after(before, prepare, call);
  inOrderOf(place, () => prepared).catch(() => undefined); // reported by `prepared` itself
  return prepared;
}

async function after<T>(
  before: Promise<void>,
  prepare: () => Promise<T>,
  call: Call | undefined,
): Promise<T> {
  await unlessEnded(before, call);
  return prepare();
}

async function finished(before: Promise<void> | undefined, prepared: Promise<unknown>): Promise<void> {
  await prepared.catch(() => undefined); // reported by `prepared` itself
  await before;
}
