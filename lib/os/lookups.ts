// What is at a path, and whether the process may use it.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { flag, optionReader, readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import { FOLLOW, LINK_ITSELF, statCall } from '../filesystem/store.js';
import type { StatOptions } from '../file/handle.js';
import type { OpOptions } from '../schedule/options.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import { falseWhereTheSystemRefuses } from '../filesystem/errors.js';

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

/**
 * Tests whether a path exists. Resolves to false for a dangling link, and if the system reports an error.
 * @returns true or false
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (!(await os.exists('config.json'))) await writeDefaults();
 */
export function exists(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(stat(path, o), isAnything);
}

/**
 * Tests whether a path exists. Unlike `exists`, resolves to true for a dangling link.
 * @returns true or false
 * @throws as `exists`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (await os.lexists('current')) await os.unlink('current');
 */
export function lexists(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(lstat(path, o), isAnything);
}

const ALL_MODES = constants.R_OK | constants.W_OK | constants.X_OK;

/**
 * Tests whether the real user and group have the given permissions for a path, like Python's os.access.
 * @param mode `fs.constants.F_OK` (the file exists; the default), or a combination of R_OK, W_OK and X_OK
 * @returns true if they do; false if not, and if the path does not exist
 * @throws TypeError for a bad path, RangeError ERR_OUT_OF_RANGE for another mode, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (await os.access('run.sh', constants.X_OK)) start();
 * @see https://docs.python.org/3/library/os.html#os.access
 */
export async function access(path: Path, mode: number = constants.F_OK, o?: OpOptions): Promise<boolean> {
  if (typeof mode !== 'number') throw invalidArgType('mode', 'of type number', mode);
  if (!Number.isInteger(mode) || mode < 0 || mode > ALL_MODES)
    throw outOfRange('mode', `an integer >= 0 && <= ${ALL_MODES}`, mode);
  const call = readCall(o);
  const at = toPathBytes(path);
  return storeToRead(at).access(at, mode, call);
}

/** Whether the file `found` is of a kind. False if the system reports an error. */
export async function whether(found: Promise<Stats>, isOfKind: (stats: Stats) => boolean): Promise<boolean> {
  try {
    return isOfKind(await found);
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/** For `whether`: any kind of file. */
export const isAnything = (): boolean => true;
/** For `whether`. */
export const isDirectory = (stats: Stats): boolean => stats.isDirectory();
