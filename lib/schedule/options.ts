// What every call takes besides its arguments: a signal, a lane, a deadline.
import { invalidArgType, outOfRange } from '../errors/index.js';
import { Lane } from './lane.js';

/** Options that every operation takes. */
export interface OpOptions {
  /** Aborts the operation: a queued one makes no system call. */
  signal?: AbortSignal | undefined;
  /** The queue it waits in; `lanes.default` unless told. */
  lane?: Lane | undefined;
  /** Milliseconds after which it rejects with TimeoutError; one still queued by then is not run. */
  timeout?: number | undefined;
}

/**
 * Checks the three options.
 * @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE
 */
export function checkOpOptions(o: OpOptions): void {
  if (typeof o !== 'object' || o === null) throw invalidArgType('options', 'of type object', o);
  const { signal, lane, timeout } = o;
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw invalidArgType('options.signal', 'an instance of AbortSignal', signal);
  }
  if (lane !== undefined && !(lane instanceof Lane))
    throw invalidArgType('options.lane', 'an instance of Lane', lane);
  if (timeout !== undefined) {
    if (typeof timeout !== 'number') throw invalidArgType('options.timeout', 'of type number', timeout);
    if (!(timeout >= 0) || timeout > 0x7fffffff)
      throw outOfRange('options.timeout', '>= 0 && <= 2147483647', timeout);
  }
}

// By shape, as Node does: signals come from polyfills and other realms too.
export function isAbortSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}
