// Errors whose stack names the line that awaits the failing call.

/** Sets the stack of `error` to that of the caller of `below`. */
type Capture = (error: Error, below: (...args: never[]) => unknown) => void;

const captureHere: Capture = (error, below) => Error.captureStackTrace(error, below);

/**
 * Rejects from inside a promise reaction, where V8 can follow the chain of awaits. The stack then names the caller's line,
 * at no cost for calls that succeed. The two awaits give V8 time to link the caller's promise.
 */
export async function rejectWhereAwaited(error: Error, capture: Capture = captureHere): Promise<never> {
  await Promise.resolve();
  await Promise.resolve();
  capture(error, rejectWhereAwaited);
  throw error;
}
