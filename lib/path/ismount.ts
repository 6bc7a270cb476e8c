// ismount: does another file system begin here?
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { askPath, IS_MOUNT } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Whether a file system is mounted at the path; false for a link, and where the path is missing.
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @example await path.ismount('/proc'); // true
 */
export async function ismount(path: Path, o?: OpOptions): Promise<boolean> {
  return askPath(IS_MOUNT, [pathToRead(path)], [], o);
}
