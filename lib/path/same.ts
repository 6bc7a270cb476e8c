// samefile and sameopenfile: are two paths, or two descriptors, the same file?
import { pathToRead } from '../arguments/checked-path.js';
import { checkDescriptor } from '../arguments/descriptor.js';
import type { Path } from '../arguments/path.js';
import { askPath, SAME_FILE, SAME_OPEN_FILE } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Whether both paths lead to the same file, by its device and inode.
 * @throws the system's errors in Node's shape for the path that is missing, TypeError for bad paths, AbortError,
 *   TimeoutError
 * @example await path.samefile('current', 'releases/42');
 */
export async function samefile(path1: Path, path2: Path, o?: OpOptions): Promise<boolean> {
  return askPath(SAME_FILE, [pathToRead(path1, 'path1'), pathToRead(path2, 'path2')], [], o);
}

/**
 * Whether both descriptors are open on the same file.
 * @throws EBADF in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @example await path.sameopenfile(f.fileno(), g.fileno());
 */
export async function sameopenfile(fd1: number, fd2: number, o?: OpOptions): Promise<boolean> {
  return askPath(SAME_OPEN_FILE, [], [checkDescriptor(fd1, 'fd1'), checkDescriptor(fd2, 'fd2')], o);
}
