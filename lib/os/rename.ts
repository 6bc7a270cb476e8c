// rename: renames a file or directory, and replaces a file of the new name.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { fileSystemError } from '../filesystem/errors.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Renames a file or directory within a file system, in one step. Replaces an existing file with the new name.
 * @returns nothing
 * @throws the system's errors in Node's shape with `path` and `dest` (EXDEV: see `move`), TypeError for bad paths,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows: waits up to two seconds for a virus scanner or an indexer that has the file open
 * @example await os.rename('draft', 'final');
 */
export async function rename(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const store = storeToWrite(from);
  if (storeToWrite(to) !== store) throw fileSystemError('EXDEV', 'rename', from, to);
  await store.rename(from, to, call);
}

/**
 * The same as `rename`. Python uses this name for a rename that replaces on every platform.
 * @example await os.replace('new.txt', 'old.txt');
 */
export const replace = rename;
