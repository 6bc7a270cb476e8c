// Locks on open files (src-native/core/tasks/file_lock.h). Each request is one quick operation that does not wait.
import type { LockRange } from '../filesystem/filesystem.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { YES } from './path-call.js';
import { FILE_LOCK } from './task-kinds.js';
import { startTask } from './tasks.js';

// FileLockCall
const TRY = 1;
const UNLOCK = 2;

async function ask(
  call: number,
  file: number,
  shared: boolean,
  { position, size }: LockRange,
  o: GivenOptions,
): Promise<boolean> {
  const numbers = [call, shared ? 1 : 0, position, size];
  return (await startTask(FILE_LOCK, [], numbers, o, file)).output[0] === YES;
}

/**
 * Locks a range for an open file.
 * @param file its number among the open files (`OpenedRecord.id`)
 * @returns false if another lock conflicts
 * @throws the system's errors in Node's shape: EBADF if the file is closed, or not open for writing (a shared lock: for
 *   reading); AbortError, TimeoutError
 */
export function tryLockFile(
  file: number,
  shared: boolean,
  range: LockRange,
  o?: OpOptions,
): Promise<boolean> {
  return ask(TRY, file, shared, range, o);
}

/** Releases the locks of the open file in the range, if there are any. */
export async function unlockFile(file: number, range: LockRange): Promise<void> {
  await ask(UNLOCK, file, false, range, undefined);
}
