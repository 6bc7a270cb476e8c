// Allows one writer of a path at a time within this thread. Others wait in call order.
import { placeOf } from '../file/lock-order.js';
import { Sequence } from '../file/sequence.js';
import type { Call } from '../schedule/call.js';

const sequences = new Map<string, Sequence>();

/** Whether a call holds `path`, or waits for it. */
export function isLocked(path: string | Uint8Array): boolean {
  return sequences.has(placeOf(path));
}

/**
 * Runs `work` when all earlier calls for `path` have finished.
 * @throws AbortError and TimeoutError while it waits, and what `work` throws
 */
export async function withPathLock<T>(
  path: string | Uint8Array,
  call: Call | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const key = placeOf(path);
  let sequence = sequences.get(key);
  if (sequence === undefined) sequences.set(key, (sequence = new Sequence()));
  try {
    return await sequence.run(work, call);
  } finally {
    if (sequence.idle && sequences.get(key) === sequence) sequences.delete(key);
  }
}
