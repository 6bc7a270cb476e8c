// Copies and moves of real files: whole jobs of the addon, in the bulk lane.
import type { CopyFileOptions, CopyTreeOptions, FilePath } from '../../filesystem/filesystem.js';
import type { OpOptions } from '../../schedule/options.js';
import { descriptorFreed } from '../descriptor-wait.js';
import { bulk, nextBatch, retryOnEmfile } from '../retry-on-emfile.js';
import { COPY_FILE, COPY_TREE, MOVE } from '../task-kinds.js';
import { TaskCursor } from '../tasks.js';

// CopyFlags of src-native/core/tasks/copies.h.
const EXCLUSIVE = 1;
const PRESERVE = 2;
const FOLLOW = 4;
const EXIST_OK = 8;

/** Copies a file; `to` may be a directory to copy into. Resolves to the copy's path. */
export function copyFileInto(
  from: FilePath,
  to: FilePath,
  { exclusive, preserve, followSymlinks }: CopyFileOptions,
  o?: OpOptions,
): Promise<Buffer> {
  const flags = (exclusive ? EXCLUSIVE : 0) | (preserve ? PRESERVE : 0) | (followSymlinks ? FOLLOW : 0);
  return retryOnEmfile(COPY_FILE, [from, to], [flags], bulk(o), 'copyfile');
}

/** Copies a tree. */
export async function copyTree(
  from: FilePath,
  to: FilePath,
  { symlinks, existOk, preserve }: CopyTreeOptions,
  o?: OpOptions,
): Promise<void> {
  const flags = (preserve ? PRESERVE : 0) | (symlinks ? 0 : FOLLOW) | (existOk ? EXIST_OK : 0);
  const cursor = new TaskCursor(COPY_TREE, [from, to], [flags]);
  try {
    while (!(await nextBatch(cursor, bulk(o), 'cp', from)).done);
  } finally {
    cursor.close();
    descriptorFreed();
  }
}

/** Moves a file or a tree; `to` may be a directory to move into. Resolves to the new path. */
export function moveInto(from: FilePath, to: FilePath, o?: OpOptions): Promise<Buffer> {
  return retryOnEmfile(MOVE, [from, to], [], bulk(o), 'rename');
}
