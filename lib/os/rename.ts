// rename: a new name for a file or directory, replacing what has it.
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { pathCall, RENAME } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Renames within a file system, in one step; a file that has the new name is replaced.
 * @throws the system's errors in Node's shape with `path` and `dest` (EXDEV: see `move`), TypeError for bad paths,
 *   AbortError, TimeoutError
 * @example await os.rename('draft', 'final');
 */
export async function rename(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  await pathCall(RENAME, [pathToWrite(src, 'src'), pathToWrite(dst, 'dst')], [], o);
}

/** The same: Python's name for a rename that replaces on every platform. */
export const replace = rename;
