// unlink: removes a file or a link.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes a file or a link. Does not follow links.
 * @returns nothing
 * @throws the system's errors in Node's shape (ENOENT, EISDIR or EPERM for a directory), TypeError for a bad path,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows: waits up to two seconds for a virus scanner or an indexer that has the file open
 * @example await os.unlink('stale.lock');
 */
export async function unlink(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).unlink(at, call);
}

/**
 * The same as `unlink`. Python has both names.
 * @example await os.remove('old.txt');
 */
export const remove = unlink;
