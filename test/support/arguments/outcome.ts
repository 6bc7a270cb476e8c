// The outcome of a call with invalid arguments, and the expected outcome.
import { expect } from 'chai';
import { rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { types } from 'node:util';
import { open } from 'uvfiles';

import type { Signature } from './every-function.js';
import { TrapError } from './hostile-values.js';
import type { Callable } from './subjects.js';

interface Coded extends Error {
  code?: string;
}

export type Outcome = { value: unknown } | { error: Coded };

const ARGUMENT_CODES = ['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_OUT_OF_RANGE'];
/** Node's own fileURLToPath rejects URLs, detached memory is rejected for its state, and the codecs reject names of encodings. */
const OTHER_CODES = /^ERR_INVALID_(URL|FILE_URL)|^ERR_INVALID_STATE$|^ERR_UNKNOWN_ENCODING$/;

/** Makes the call. A call that is not synchronous must not throw. */
export async function outcomeOf(call: Callable, args: unknown[], { how }: Signature): Promise<Outcome> {
  let result: unknown;
  try {
    result = call(...args);
  } catch (error) {
    if (how === 'throws') return { error: error as Coded };
    throw new Error(`threw synchronously: ${String((error as Error).stack)}`, { cause: error });
  }
  if (how === 'throws') return { value: result };
  if (how === 'steps') return ending(firstStep(result as AsyncIterator<unknown>));
  expect(types.isPromise(result), 'what was called gives a promise').to.equal(true);
  return ending(result as Promise<unknown>);
}

async function ending(promise: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error: error as Coded };
  }
}

async function firstStep(iterator: AsyncIterator<unknown>): Promise<unknown> {
  try {
    return await iterator.next();
  } finally {
    await iterator.return?.();
  }
}

/** Closes what a call that did not reject has opened. */
export async function release(outcome: Outcome): Promise<void> {
  const result = 'value' in outcome ? outcome.value : undefined;
  if (typeof result === 'string' && result.startsWith(path.join(tmpdir(), 'tmp'))) rmdirSync(result);
  const value = result as Record<string, unknown> | null | undefined;
  if (typeof value !== 'object' || value === null) return;
  for (const name of ['abort', 'cleanup', 'release', 'close', 'cancel']) {
    const end = value[name];
    // A stream that has failed rejects again.
    if (typeof end === 'function') return void (await ending(Promise.resolve(end.call(value))));
  }
  if (typeof value.fd !== 'number') return;
  await (await open(value.fd, 'rb')).close();
  if (typeof value.path === 'string') rmSync(value.path, { force: true });
}

/** Expects an error that names the argument. */
export function expectRefused(outcome: Outcome, name: string, value: unknown): void {
  expect(outcome, 'what should have been refused').to.have.property('error');
  const { error } = outcome as { error: Coded };
  // The call may reject with the error that accessing the value throws.
  if (error instanceof TrapError || (types.isProxy(value) && error instanceof TypeError)) return;
  if (OTHER_CODES.test(error.code ?? '')) return;
  expect(error.code, error.stack).to.be.oneOf(ARGUMENT_CODES);
  expect(error).to.be.instanceOf(error.code === 'ERR_OUT_OF_RANGE' ? RangeError : TypeError);
  expect(error.message).to.match(new RegExp(`["']${name.replace('.', '\\.')}(["'.[])`));
}

/** Expects anything but an error about an argument. */
export function expectTaken(outcome: Outcome): void {
  if ('error' in outcome) expect(outcome.error.code, outcome.error.stack).to.not.be.oneOf(ARGUMENT_CODES);
}
