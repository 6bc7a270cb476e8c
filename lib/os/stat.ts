// stat and lstat: one operation each.
import type { BigIntStats, Stats } from 'node:fs';

import { flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import { FOLLOW, LINK_ITSELF, statCall } from '../filesystem/store.js';
import type { StatOptions } from '../file/handle.js';

const readOptions = optionReader({ bigint: flag(false) });

/**
 * Gets the status of a file. Follows links.
 * @returns node:fs Stats, or BigIntStats with `{ bigint: true }`
 * @throws the system's errors in Node's shape (ENOENT, EACCES, ...), TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread. Windows takes modes from the read-only
 *   attribute, as node:fs does
 * @example const { size } = await os.stat('notes.txt');
 */
export function stat(path: Path, o: StatOptions & { bigint: true }): Promise<BigIntStats>;
export function stat(path: Path, o?: StatOptions): Promise<Stats>;
export function stat(path: Path, o?: StatOptions): Promise<Stats | BigIntStats> {
  try {
    const at = toPathBytes(path);
    if (o === undefined) return storeToRead(at).stat(at, FOLLOW, undefined);
    const { bigint, call } = readOptions(o);
    return storeToRead(at).stat(at, statCall(true, bigint), call);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Gets the status of a file. Does not follow a link, but describes the link itself.
 * @returns as `stat`
 * @throws as `stat`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms as `stat`
 * @example if ((await os.lstat('current')).isSymbolicLink()) console.log(await os.readlink('current'));
 */
export function lstat(path: Path, o: StatOptions & { bigint: true }): Promise<BigIntStats>;
export function lstat(path: Path, o?: StatOptions): Promise<Stats>;
export function lstat(path: Path, o?: StatOptions): Promise<Stats | BigIntStats> {
  try {
    const at = toPathBytes(path);
    if (o === undefined) return storeToRead(at).stat(at, LINK_ITSELF, undefined);
    const { bigint, call } = readOptions(o);
    return storeToRead(at).stat(at, statCall(false, bigint), call);
  } catch (error) {
    return Promise.reject(error);
  }
}
