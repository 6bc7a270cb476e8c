// Errors whose stack names the line that awaits the failing call.

const LINKED = Promise.resolve();

/**
 * Rejects from inside a promise reaction, where V8 can follow the chain of awaits: the stack then names the caller's
 * line, and a call that succeeds pays nothing for it. Two awaits, so that the caller's promise is linked by then.
 */
export async function rejectWhereAwaited(error: Error): Promise<never> {
  await LINKED;
  await LINKED;
  Error.captureStackTrace(error, rejectWhereAwaited);
  throw error;
}
