// link: creates a hard link.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { fileSystemError } from '../filesystem/errors.js';
import { storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Creates a hard link: `dst` becomes another name of the file `src`.
 * @returns nothing
 * @throws the system's errors in Node's shape with `path` and `dest` (EEXIST, EXDEV), TypeError for bad paths,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms where the file system has hard links
 * @example await os.link('data', 'data.backup');
 */
export async function link(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  storeToRead(from);
  const store = storeToWrite(from);
  if (storeToWrite(to) !== store) throw fileSystemError('EXDEV', 'link', from, to);
  await store.link(from, to, call);
}
