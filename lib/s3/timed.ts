// Applies a caller's signal and deadline to requests: the promise settles immediately, and the request is aborted.
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';

import { AbortError, TimeoutError } from '../errors/index.js';
import type { CallOptions } from '../filesystem/filesystem.js';
import { offAbort, onAbort } from '../schedule/abort.js';
import type { StoreCall } from './object-store.js';

const UNLIMITED: StoreCall = Object.freeze({});

/**
 * Runs `work` under the signal and the deadline of `call`. Rejects with AbortError or TimeoutError as soon as one of
 * them ends the call. The signal passed to `work` is aborted then, and the outcome of `work` is ignored.
 */
export async function timed<T>(call: CallOptions, work: (call: StoreCall) => Promise<T>): Promise<T> {
  const { signal, deadline } = call;
  if (signal === undefined && deadline === undefined) return work(UNLIMITED);
  if (signal?.aborted === true) throw new AbortError(signal.reason);
  const started = performance.now();
  if (deadline !== undefined && deadline <= started) throw new TimeoutError(allowed(call, started));
  const controller = new AbortController();
  // One call can make many requests, and each adds a listener.
  setMaxListeners(0, controller.signal);
  let timer: NodeJS.Timeout | undefined;
  let onSignal: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (error: Error): void => {
      reject(error);
      controller.abort(error);
    };
    if (signal !== undefined) onAbort(signal, (onSignal = () => end(new AbortError(signal.reason))));
    if (deadline !== undefined)
      timer = setTimeout(() => end(new TimeoutError(allowed(call, started))), deadline - started);
  });
  try {
    return await Promise.race([work({ signal: controller.signal }), ended]);
  } finally {
    clearTimeout(timer);
    if (onSignal !== undefined) offAbort(signal!, onSignal);
  }
}

// Calls of the library have the timeout that the caller gave. From the deadline alone, only the remaining time is
// known.
function allowed(call: CallOptions, started: number): number {
  const { total } = call as { total?: number };
  return total ?? Math.max(0, Math.round(call.deadline! - started));
}
