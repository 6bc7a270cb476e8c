// copytree: a directory with all that is in it under another name.
import { treeToRead, treeToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { bulk, nextBatch } from '../native/run-patiently.js';
import { descriptorFreed } from '../native/descriptor-wait.js';
import { COPY_TREE } from '../native/task-kinds.js';
import { TaskCursor } from '../native/tasks.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `copytree`. */
export interface CopytreeOptions extends OpOptions {
  /** True copies links as they stand, false what they lead to. Default true. */
  symlinks?: boolean | undefined;
  /** Copies into a directory that is there, over files of the same names. Default false. */
  existOk?: boolean | undefined;
  /** Keeps times, modes and extended attributes. Default true. */
  preserve?: boolean | undefined;
}

// CopyFlags of src-native/platform/posix/tasks/copy_file.h.
const PRESERVE = 2;
const FOLLOW = 4;
const EXIST_OK = 8;

/**
 * Copies a tree, making the directories above `dst` as needed. It stops at the first failure, and what has been copied by
 * then stays; so does what an abort interrupts, whole files only.
 * @throws the system's errors in Node's shape with `path` and `dest`: EEXIST where `dst` is there (unless `existOk`),
 *   EINVAL where it is inside `src`, ELOOP where followed links lead back; TypeError for bad paths, AbortError, TimeoutError
 * @example await os.copytree('template', 'site');
 */
export async function copytree(src: Path, dst: Path, o: CopytreeOptions = {}): Promise<void> {
  const { symlinks = true, existOk = false, preserve = true } = o;
  const flags = (preserve ? PRESERVE : 0) | (symlinks ? 0 : FOLLOW) | (existOk ? EXIST_OK : 0);
  const from = treeToRead(src, 'src');
  const cursor = new TaskCursor(COPY_TREE, [from, treeToWrite(dst, 'dst')], [flags]);
  try {
    while (!(await nextBatch(cursor, bulk(o), 'cp', from)).done);
  } finally {
    cursor.close();
    descriptorFreed();
  }
}
