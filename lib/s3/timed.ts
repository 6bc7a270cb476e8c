// Applies a caller's signal and deadline to requests: the promise settles immediately, and the request is aborted.
import { setMaxListeners } from 'node:events';

import type { CallOptions } from '../filesystem/filesystem.js';
import { callOf } from '../schedule/call.js';
import { throwIfEnded, watchCall } from '../schedule/watch-call.js';
import { translated } from './failures.js';
import type { StoreCall } from './object-store.js';

const UNLIMITED: StoreCall = Object.freeze({});

/**
 * Runs `work` under the signal and the deadline of `call`. Rejects with AbortError or TimeoutError as soon as one of
 * them ends the call. The signal passed to `work` is aborted then, and the outcome of `work` is ignored.
 */
export async function timed<T>(call: CallOptions, work: (call: StoreCall) => Promise<T>): Promise<T> {
  if (call.signal === undefined && call.deadline === undefined) return work(UNLIMITED);
  const watched = callOf(call);
  throwIfEnded(watched);
  const controller = new AbortController();
  // One call can make many requests, and each adds a listener.
  setMaxListeners(0, controller.signal);
  let unwatch: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    unwatch = watchCall(watched, (error) => {
      reject(error);
      controller.abort(error);
    });
  });
  try {
    return await Promise.race([work({ signal: controller.signal }), ended]);
  } finally {
    unwatch?.();
  }
}

/** The same for the call of a file system, with errors in Node's shape. */
export async function asked<T>(
  syscall: string,
  call: CallOptions,
  work: (call: StoreCall) => Promise<T>,
): Promise<T> {
  try {
    return await timed(call, work);
  } catch (error) {
    throw translated(error, syscall);
  }
}
