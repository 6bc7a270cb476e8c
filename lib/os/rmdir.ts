// rmdir: removes an empty directory.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes an empty directory. To remove a directory with its content, use `rmtree`.
 * @returns nothing
 * @throws the system's errors in Node's shape (ENOTEMPTY, ENOENT, ENOTDIR), TypeError for a bad path, AbortError,
 *   TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await os.rmdir('empty');
 */
export async function rmdir(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).rmdir(at, call);
}
