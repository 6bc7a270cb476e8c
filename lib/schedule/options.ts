// The options that every call takes: a signal, a lane, a timeout.
import type { Lane } from './lane.js';

/** Options that every operation takes. */
export interface OpOptions {
  /** Aborts the operation: a queued one makes no system call. */
  signal?: AbortSignal | undefined;
  /** The queue that it waits in. Default `lanes.default`. */
  lane?: Lane | undefined;
  /** Milliseconds after which it rejects with TimeoutError. If it is still queued by then, it does not run. */
  timeout?: number | undefined;
}

/** The options of a call as they were given, or none. */
export type GivenOptions = OpOptions | undefined;

/** Checks the shape, as Node does, because signals also come from polyfills and other realms. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AbortSignal>).aborted === 'boolean' &&
    typeof (value as Partial<AbortSignal>).addEventListener === 'function' &&
    typeof (value as Partial<AbortSignal>).removeEventListener === 'function'
  );
}
