// ismount: whether a file system is mounted at a path.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Whether a file system is mounted at the path; false for a link, and where the path is missing.
 * @returns true or false
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await path.ismount('/proc'); // true
 */
export async function ismount(path: Path, o?: OpOptions): Promise<boolean> {
  const call = readCall(o);
  const at = toPathBytes(path);
  return storeToRead(at).isMount(at, call);
}
