// ismount: whether a file system is mounted at a path.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Tests whether a file system is mounted at a path. Resolves to false for a link, and if the path does not exist.
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
