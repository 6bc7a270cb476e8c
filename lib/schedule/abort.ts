// Waiting for abort signals. One listener per signal serves all operations: ten thousand listeners on one AbortSignal would
// cause a warning from Node and quadratic work in its event target.
//
// A signal can be any object (from a polyfill, or another realm). Its methods and getters can throw, and an exception must
// not reach code that settles other operations. So `onAbort` throws only what subscribing throws, and `offAbort` throws
// nothing.
import { AbortError } from '../errors/index.js';
import { queueMicrotask } from '../timers.js';

interface Subscription {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

// Without a prototype, so that a polluted Object.prototype has no effect.
const ONCE = Object.freeze({ __proto__: null, once: true });

const watched = new WeakMap<AbortSignal, Subscription>();

/**
 * Calls `call` once when `signal` is aborted, and never before this function has returned.
 * @throws what the signal's `addEventListener` throws; nothing is subscribed then
 */
export function onAbort(signal: AbortSignal, call: () => void): void {
  let subscription = watched.get(signal);
  if (subscription === undefined) {
    subscription = subscribe(signal);
    watched.set(signal, subscription);
  }
  subscription.calls.add(call);
}

function subscribe(signal: AbortSignal): Subscription {
  const calls = new Set<() => void>();
  let subscribing = true;
  const listener = (): void => {
    if (subscribing) {
      queueMicrotask(listener);
      return;
    }
    watched.delete(signal);
    for (const call of calls) call();
  };
  signal.addEventListener('abort', listener, ONCE);
  subscribing = false;
  return { calls, listener };
}

/** Cancels the subscription of `call`. The listener is removed with the last one. */
export function offAbort(signal: AbortSignal, call: () => void): void {
  const subscription = watched.get(signal);
  if (subscription === undefined) return;
  subscription.calls.delete(call);
  if (subscription.calls.size > 0) return;
  watched.delete(signal);
  try {
    signal.removeEventListener('abort', subscription.listener);
  } catch {
    // The listener stays, but calls nothing any more.
  }
}

const collected = new FinalizationRegistry<() => void>((unsubscribe) => unsubscribe());

/**
 * As `onAbort`, but the signal does not keep `target` alive. `call` is given the target.
 * @returns a function that ends the subscription
 */
export function onAbortWhileAlive<T extends object>(
  signal: AbortSignal,
  target: T,
  call: (target: T) => void,
): () => void {
  const reference = new WeakRef(target);
  const tell = (): void => {
    const alive = reference.deref();
    if (alive !== undefined) call(alive);
  };
  onAbort(signal, tell);
  const unsubscribe = (): void => {
    collected.unregister(tell);
    offAbort(signal, tell);
  };
  collected.register(target, unsubscribe, tell);
  return unsubscribe;
}

type Aborted = Pick<AbortSignal, 'aborted' | 'reason'> | undefined;

/** The error of a call whose signal is aborted. */
export function abortErrorOf(signal: Aborted): AbortError {
  let reason: unknown;
  try {
    reason = signal?.reason;
  } catch (error) {
    reason = error;
  }
  return new AbortError(reason);
}

/** Throws AbortError if the signal is aborted. */
export function throwIfAborted(signal: Aborted): void {
  if (signal?.aborted === true) throw abortErrorOf(signal);
}
