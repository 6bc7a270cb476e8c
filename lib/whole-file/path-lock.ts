// One writer of a path at a time within this process: the others wait in the order they came.
import { resolve } from 'node:path';

import { abortErrorOf, offAbort, onAbort, throwIfAborted } from '../schedule/abort.js';

const tails = new Map<string, Promise<void>>();

/** Whether somebody holds, or waits for, `path`. */
export function isLocked(path: string | Uint8Array): boolean {
  return tails.has(keyOf(path));
}

function keyOf(path: string | Uint8Array): string {
  return resolve(typeof path === 'string' ? path : Buffer.from(path).toString('latin1'));
}

/** Runs `work` when everybody who asked for `path` before has finished. Rejects with AbortError while it waits. */
export async function withPathLock<T>(
  path: string | Uint8Array,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const key = keyOf(path);
  const before = tails.get(key);
  let release!: () => void;
  const mine = new Promise<void>((resolveMine) => (release = resolveMine));
  const tail = before === undefined ? mine : before.then(() => mine);
  tails.set(key, tail);
  try {
    if (before !== undefined) await untilAborted(before, signal);
    return await work();
  } finally {
    release();
    if (tails.get(key) === tail) tails.delete(key);
  }
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  throwIfAborted(signal);
  let giveUp!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(abortErrorOf(signal));
    onAbort(signal, giveUp);
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    offAbort(signal, giveUp);
  }
}
