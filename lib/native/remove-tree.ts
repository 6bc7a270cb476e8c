// The native tree removal, for temporary directories and os.rmtree.
import { availableParallelism } from 'node:os';

import { type SystemError, systemError } from '../errors/index.js';
import type { GivenOptions } from '../schedule/options.js';
import { REMOVE_TREE, REMOVE_TREE_HAND } from './task-kinds.js';
import { int32At, uint32sAt, uint64At } from './records.js';
import { bulk, nextBatch, runTask, TaskCursor } from './tasks.js';
import { queueMicrotask } from '../timers.js';

// RemoveTreeFlags of src-native/core/tasks/remove_tree.h.
const FORCE = 1;
const IGNORE_ERRORS = 2;
const REPORT_EACH = 4;
const MISSING_IS_FINE = 8;
const WITH_HANDS = 16;

/**
 * The number of helpers per removal. Together with the removal itself, there are at most as many threads as processors,
 * because more threads only contend for the same locks, and at most as many as the library uses by default.
 */
const HANDS = Math.min(Math.max(availableParallelism() - 1, 1), 2);

/** How a tree is removed. */
interface RemoveTreeOptions {
  /** Adds permissions to the caller's own directories in the tree where they are needed. */
  readonly force: boolean;
  /** Continues after failures, and resolves. */
  readonly ignoreErrors: boolean;
  /** The path itself may be missing. */
  readonly missingIsFine: boolean;
}

function flagsOf({ force, ignoreErrors, missingIsFine }: RemoveTreeOptions): number {
  return (force ? FORCE : 0) | (ignoreErrors ? IGNORE_ERRORS : 0) | (missingIsFine ? MISSING_IS_FINE : 0);
}

/**
 * Removes a directory and everything in it, and follows no link. It continues after entries that it cannot remove.
 * @returns how many entries were removed and how many could not be
 * @throws the first failure in Node's shape, unless `ignoreErrors`; ENOTDIR when `path` is a link or a file
 */
export async function removeTree(
  path: string | Uint8Array,
  options: RemoveTreeOptions,
  o: GivenOptions,
): Promise<{ removed: number; failures: number }> {
  const call = bulk(o);
  const hands: Promise<unknown>[] = [];
  // A removal that takes long requests helpers, with a number that identifies it.
  const takesCall = (batch: Buffer): boolean => {
    if (batch.length !== CALL_BYTES) return false;
    const number = uint32sAt(batch, 0, 1)[0]!;
    // Submitted after the next step of the removal itself. Helpers before it in the queue would wait for work from it.
    queueMicrotask(() => {
      for (let i = 0; i < HANDS; i++) {
        const hand = runTask(REMOVE_TREE_HAND, [], [number], call, 'rmdir');
        hand.catch(() => undefined); // the removal itself completes what a helper does not do
        hands.push(hand);
      }
    });
    return true;
  };
  let output: Buffer;
  try {
    output = await runTask(REMOVE_TREE, [path], [flagsOf(options) | WITH_HANDS], call, 'rmdir', takesCall);
  } finally {
    await Promise.allSettled(hands);
  }
  return { removed: uint64At(output, 0), failures: uint64At(output, 8) };
}

/**
 * The same, but calls `onerror` with each failure, and awaits it before it removes the directory of the failure. So `onerror` may
 * fix the cause. If it throws, the removal ends.
 */
export async function removeTreeReporting(
  path: string | Uint8Array,
  onerror: (error: SystemError) => unknown,
  o: GivenOptions,
): Promise<void> {
  const call = bulk(o);
  const cursor = new TaskCursor(REMOVE_TREE, [path], [REPORT_EACH]);
  try {
    for (;;) {
      const { output, done } = await nextBatch(cursor, call, 'rmdir', path);
      if (output.length > 0) await onerror(readReport(output));
      if (done) return;
    }
  } finally {
    cursor.close();
  }
}

const CALL_BYTES = 4;
const HEADER_BYTES = 12;

function readReport(output: Buffer): SystemError {
  const syscallEnd = HEADER_BYTES + int32At(output, 4);
  const pathEnd = syscallEnd + int32At(output, 8);
  return systemError(
    int32At(output, 0),
    output.toString('latin1', HEADER_BYTES, syscallEnd),
    output.subarray(syscallEnd, pathEnd),
  );
}
