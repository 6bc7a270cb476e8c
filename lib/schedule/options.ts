// What every call takes besides its arguments: a signal, a lane, a timeout.
import type { Lane } from './lane.js';

/** Options that every operation takes. */
export interface OpOptions {
  /** Aborts the operation: a queued one makes no system call. */
  signal?: AbortSignal | undefined;
  /** The queue it waits in; `lanes.default` unless told. */
  lane?: Lane | undefined;
  /** Milliseconds after which it rejects with TimeoutError; one still queued by then is not run. */
  timeout?: number | undefined;
}

/** By shape, as Node does: signals come from polyfills and other realms too. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AbortSignal>).aborted === 'boolean' &&
    typeof (value as Partial<AbortSignal>).addEventListener === 'function' &&
    typeof (value as Partial<AbortSignal>).removeEventListener === 'function'
  );
}
