// The options that every call takes: a signal, a lane, a timeout.
import type { Lane } from './lane.js';

/** Options that every operation takes. */
export interface OpOptions {
  /** Aborts the operation. If it is still queued, it makes no system call. */
  signal?: AbortSignal | undefined;
  /**
   * The queue that the operation waits in. If it is full, the call rejects with LaneFullError. Default `lanes.default`, or
   * `lanes.bulk` for long work.
   */
  lane?: Lane | undefined;
  /** Milliseconds after which the call rejects with TimeoutError. If the operation is still queued by then, it does not run. */
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
