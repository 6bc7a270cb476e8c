// Copies and moves of real files: whole jobs of the addon, in the bulk lane.
import type { CopyFileOptions, CopyTreeOptions, FilePath } from '../../filesystem/filesystem.js';
import type { OpOptions } from '../../schedule/options.js';
import type { CopiedFolder } from '../../filesystem/store.js';
import { descriptorFreed } from '../descriptor-wait.js';
import { splitUnknown, uint32sAt } from '../records.js';
import { COPY_FILE, COPY_FILES, COPY_FOLDER, COPY_TREE, MOVE } from '../task-kinds.js';
import { bulk, nextBatch, runTask, TaskCursor } from '../tasks.js';
import { entryType } from './listing.js';

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
  return runTask(COPY_FILE, [from, to], [flags], bulk(o), 'copyfile');
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

// Of src-native/core/tasks/copies.h.
const MODE_IS_RIGHT = 0xff_ff_ff_ff;
const HEADER_BYTES = 8;

/** Makes the directory `to` like `from`, and lists what is to be copied into it. */
export async function copyFolder(from: FilePath, to: FilePath, o?: OpOptions): Promise<CopiedFolder> {
  const output = await runTask(COPY_FOLDER, [from, to], [], bulk(o), 'scandir');
  const [mode, count] = uint32sAt(output, 0, 2) as unknown as [number, number];
  const ends = uint32sAt(output, HEADER_BYTES, count);
  const begin = HEADER_BYTES + count * 4;
  const blocks: Uint8Array[] = [];
  let at = begin;
  for (const end of ends) {
    blocks.push(output.subarray(at, begin + end));
    at = begin + end;
  }
  // One byte before each name is its type.
  const others = splitUnknown(output, at).map((entry) =>
    typeof entry === 'string'
      ? { name: entry.slice(1), type: entryType(entry.charCodeAt(0)) }
      : { name: entry.subarray(1), type: entryType(entry[0]!) },
  );
  return { mode: mode === MODE_IS_RIGHT ? undefined : mode, blocks, others };
}

/** Copies the files of a block. A file that already exists is an error. */
export async function copyFiles(
  from: FilePath,
  to: FilePath,
  block: Uint8Array,
  o?: OpOptions,
): Promise<void> {
  await runTask(COPY_FILES, [from, to, block], [], bulk(o), 'copyfile');
}

/** Moves a file or a tree; `to` may be a directory to move into. Resolves to the new path. */
export function moveInto(from: FilePath, to: FilePath, o?: OpOptions): Promise<Buffer> {
  return runTask(MOVE, [from, to], [], bulk(o), 'rename');
}
