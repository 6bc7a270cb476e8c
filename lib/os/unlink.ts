// unlink: removes a file or a link.
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { pathCall, UNLINK } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes a file or a link, not what the link leads to.
 * @throws the system's errors in Node's shape (ENOENT, EISDIR or EPERM for a directory), TypeError for a bad path,
 *   AbortError, TimeoutError
 * @example await os.unlink('stale.lock');
 */
export async function unlink(path: Path, o?: OpOptions): Promise<void> {
  await pathCall(UNLINK, [pathToWrite(path)], [], o);
}

/** The same: Python has both names. */
export const remove = unlink;
