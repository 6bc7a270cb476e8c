// chown: a file's owner and group.
import { flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { outOfRange } from '../errors/index.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

const LARGEST_ID = 2 ** 32 - 1;

/** Options of `chown`. */
export interface ChownOptions extends OpOptions {
  /** False changes a link itself. Default true. */
  followSymlinks?: boolean | undefined;
}

const readOptions = optionReader({ followSymlinks: flag(true) });

function checkId(id: unknown, name: string): number {
  if (typeof id !== 'number' || !Number.isInteger(id) || id < -1 || id > LARGEST_ID) {
    throw outOfRange(name, `an integer >= -1 && <= ${LARGEST_ID}`, id);
  }
  return id === -1 ? LARGEST_ID : id;
}

/**
 * Changes the owner and group of a file.
 * @param uid the owner; -1 keeps it
 * @param gid the group; -1 keeps it
 * @returns nothing
 * @throws the system's errors in Node's shape (EPERM, ENOENT), TypeError and RangeError for bad arguments, AbortError,
 *   TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms does nothing on Windows
 * @example await os.chown('shared', -1, 100);
 */
export async function chown(path: Path, uid: number, gid: number, o?: ChownOptions): Promise<void> {
  const owner = checkId(uid, 'uid');
  const group = checkId(gid, 'gid');
  const options = readOptions(o);
  const at = toPathBytes(path);
  await storeToWrite(at).chown(at, owner, group, options, options.call);
}
