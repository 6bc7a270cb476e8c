// Errors of a handle's state, a full lane, a timeout or a signal: neither about arguments nor from the system.
import { brandedInstanceOf } from './base.js';

/**
 * The handle is closed, or being closed.
 * @example if (error instanceof ClosedFileError) file = await open(path);
 */
export class ClosedFileError extends Error {
  /** Always this value. */
  readonly code = 'ERR_FILE_CLOSED';
  /** The name of the class. */
  override readonly name = 'ClosedFileError';

  constructor(message = 'I/O operation on closed file') {
    super(message);
  }
}
brandedInstanceOf(ClosedFileError, 'ERR_FILE_CLOSED');

/**
 * The handle cannot do this: a read on `'w'`, a seek on a pipe (Python's `io.UnsupportedOperation`).
 * @example if (error instanceof UnsupportedOperationError) console.log('the file is read-only');
 */
export class UnsupportedOperationError extends Error {
  /** Always this value. */
  readonly code = 'ERR_UNSUPPORTED_OPERATION';
  /** The name of the class. */
  override readonly name = 'UnsupportedOperationError';
}
brandedInstanceOf(UnsupportedOperationError, 'ERR_UNSUPPORTED_OPERATION');

/**
 * The lane has as many waiting operations as its `queueLimit` allows. Nothing was queued.
 * @example if (error instanceof LaneFullError) response.writeHead(503).end();
 */
export class LaneFullError extends Error {
  /** Always this value. */
  readonly code = 'ERR_LANE_FULL';
  /** The name of the class. */
  override readonly name = 'LaneFullError';
  /** The lane's name. */
  readonly lane: string;

  constructor(lane: string, queueLimit: number) {
    super(`lane '${lane}' already has ${queueLimit} waiting operations (queueLimit)`);
    this.lane = lane;
  }
}
brandedInstanceOf(LaneFullError, 'ERR_LANE_FULL');

/**
 * The operation did not finish within its `timeout`.
 * @example if (error instanceof TimeoutError) console.log(`no result after ${error.timeout} ms`);
 */
export class TimeoutError extends Error {
  /** Always this value. */
  readonly code = 'ERR_TIMEOUT';
  /** The name of the class. */
  override readonly name = 'TimeoutError';
  /** What the caller allowed, in milliseconds. */
  readonly timeout: number;

  constructor(timeout: number) {
    super(`the operation did not finish within ${timeout} ms`);
    this.timeout = timeout;
  }
}
brandedInstanceOf(TimeoutError, 'ERR_TIMEOUT');

/**
 * The operation's `signal` was aborted; `cause` is the signal's reason. Shaped like Node's own AbortError.
 * @example if (error.name === 'AbortError') console.log('cancelled', error.cause);
 */
export class AbortError extends Error {
  /** Always this value. */
  readonly code = 'ABORT_ERR';
  /** The name of the class. */
  override readonly name = 'AbortError';

  constructor(reason?: unknown) {
    super('The operation was aborted', reason === undefined ? undefined : { cause: reason });
  }
}

/** Whether a call has ended by its signal or its timeout. */
export function isEndOfCall(error: unknown): boolean {
  return error instanceof AbortError || error instanceof TimeoutError;
}
