// renames: creates the directories it needs, renames, and removes those it emptied.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { fileSystemError } from '../filesystem/errors.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Creates missing parent directories of `dst`, renames `src` to `dst`, and removes each parent directory of `src` that has
 * become empty.
 * @returns nothing
 * @throws the system's errors in Node's shape, TypeError for bad paths, AbortError, TimeoutError
 * @cancelling a queued call does nothing; a running one may stop part-way, and changes made by then
 *   remain
 * @platforms as `rename`
 * @example await os.renames('inbox/2024/a.txt', 'archive/2024/a.txt');
 */
export async function renames(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const store = storeToWrite(from);
  if (storeToWrite(to) !== store) throw fileSystemError('EXDEV', 'rename', from, to);
  await store.renameDirectories(from, to, call);
}
