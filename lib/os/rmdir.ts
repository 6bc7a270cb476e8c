// rmdir: removes an empty directory.
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { pathCall, RMDIR } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes an empty directory; for one that is not see `rmtree`.
 * @throws the system's errors in Node's shape (ENOTEMPTY, ENOENT, ENOTDIR), TypeError for a bad path, AbortError,
 *   TimeoutError
 * @example await os.rmdir('empty');
 */
export async function rmdir(path: Path, o?: OpOptions): Promise<void> {
  await pathCall(RMDIR, [pathToWrite(path)], [], o);
}
