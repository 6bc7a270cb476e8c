// Ends a wait in JavaScript, for a lock or for a turn, by its signal or its timeout.
import { TimeoutError } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { abortErrorOf, offAbort, onAbort, throwIfAborted } from './abort.js';
import { Call } from './call.js';
import type { OpOptions } from './options.js';
import { clearTimeout, setTimeout } from '../timers.js';

/** Throws AbortError or TimeoutError if `o` has ended. Called before each step of work that takes several. */
export function throwIfEnded(o: OpOptions | undefined): void {
  const ended = endOf(o);
  if (ended !== undefined) throw ended;
}

/** AbortError or TimeoutError if `o` has ended. */
export function endOf(o: OpOptions | undefined): Error | undefined {
  if (o === undefined) return undefined;
  if (o.signal?.aborted === true) return abortErrorOf(o.signal);
  return o instanceof Call && o.timeout === 0 ? new TimeoutError(o.total ?? 0) : undefined;
}

/**
 * Calls `giveUp` at most once, with AbortError or TimeoutError. The signal must not be aborted yet. The error is made by a
 * timer or by `abort()`, so code that rejects a promise with it passes it to `rejectWhereAwaited`.
 * @param keepsAlive whether the process lives until the timeout
 * @returns a function that ends the watch; undefined if `call` has neither signal nor timeout
 */
export function watchCall(
  call: Call | undefined,
  giveUp: (error: Error) => void,
  keepsAlive = true,
): (() => void) | undefined {
  if (call === undefined) return undefined;
  const { signal, timeout } = call;
  if (signal === undefined && timeout === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const unwatch = (): void => {
    if (signal !== undefined) offAbort(signal, abort);
    clearTimeout(timer);
  };
  const abort = (): void => {
    unwatch();
    giveUp(abortErrorOf(signal));
  };
  if (signal !== undefined) onAbort(signal, abort);
  if (timeout !== undefined) {
    timer = setTimeout(() => {
      unwatch();
      giveUp(new TimeoutError(call.total ?? timeout));
    }, timeout);
    if (!keepsAlive) timer.unref();
  }
  return unwatch;
}

/**
 * Resolves to the result of a caller's callback. A promise must settle before the end of `call`.
 * @throws what the promise rejects with; AbortError and TimeoutError, in which case the promise is ignored
 */
export function unlessEnded<T>(work: T | PromiseLike<T>, call: Call | undefined): T | PromiseLike<T> {
  if (typeof (work as PromiseLike<T> | null | undefined)?.then !== 'function') return work;
  if (call?.signal === undefined && call?.timeout === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const outcome = Promise.resolve(work);
    outcome.then(resolve, reject);
    throwIfAborted(call.signal);
    const unwatch = watchCall(call, (error) => resolve(rejectWhereAwaited(error)));
    outcome.finally(unwatch).catch(() => undefined); // reported above
  });
}

/** Resolves after a pause. Rejects with AbortError or TimeoutError if `call` ends first. */
export function pause(ms: number, call: Call | undefined): Promise<void> {
  return new Promise((resolve) => {
    throwIfAborted(call?.signal);
    const unwatch = watchCall(call, (error) => {
      clearTimeout(timer);
      resolve(rejectWhereAwaited(error));
    });
    const timer = setTimeout(() => {
      unwatch?.();
      resolve();
    }, ms);
  });
}
