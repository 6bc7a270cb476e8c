// samefile and sameopenfile: whether two paths, or two descriptors, are the same file.
import { checkDescriptor } from '../arguments/descriptor.js';
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { refuseForbidden } from '../filesystem/layers.js';
import { realFiles, storeToRead } from '../filesystem/mounts.js';
import { FOLLOW } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Tests whether two paths lead to the same file. Compares device and inode.
 * @returns true or false
 * @throws the system's errors in Node's shape for the path that is missing, TypeError for bad paths, AbortError,
 *   TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await path.samefile('current', 'releases/42');
 */
export async function samefile(path1: Path, path2: Path, o?: OpOptions): Promise<boolean> {
  const call = readCall(o);
  const one = toPathBytes(path1, 'path1');
  const other = toPathBytes(path2, 'path2');
  const store = storeToRead(one);
  if (storeToRead(other) === store) return store.sameFile(one, other, call);
  // Both must exist.
  await store.stat(one, FOLLOW, call);
  await storeToRead(other).stat(other, FOLLOW, call);
  return false;
}

/**
 * Tests whether two descriptors refer to the same file.
 * @returns true or false
 * @throws EBADF in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await path.sameopenfile(f.fileno(), g.fileno());
 */
export async function sameopenfile(fd1: number, fd2: number, o?: OpOptions): Promise<boolean> {
  const one = checkDescriptor(fd1, 'fd1');
  const other = checkDescriptor(fd2, 'fd2');
  refuseForbidden('stat', one);
  return realFiles.sameOpenFile(one, other, readCall(o));
}
