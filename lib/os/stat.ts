// stat and lstat: one operation each.
import type { BigIntStats, Stats } from 'node:fs';

import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { currentBackend } from '../filesystem/current.js';
import type { StatOptions } from '../file/handle.js';

/**
 * The status of a file, following links.
 * @returns node:fs Stats, or BigIntStats with `{ bigint: true }`
 * @throws the system's errors in Node's shape (ENOENT, EACCES, ...), TypeError for a bad path, AbortError, TimeoutError
 * @example const { size } = await os.stat('notes.txt');
 */
export function stat(path: Path, o: StatOptions & { bigint: true }): Promise<BigIntStats>;
export function stat(path: Path, o?: StatOptions): Promise<Stats>;
export function stat(path: Path, o?: StatOptions): Promise<Stats | BigIntStats> {
  try {
    const bytes = pathToRead(path);
    return o?.bigint === true ? currentBackend().statBigInt(bytes, o) : currentBackend().stat(bytes, o);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The status of a file or link, not following it. Otherwise as `stat`. */
export function lstat(path: Path, o: StatOptions & { bigint: true }): Promise<BigIntStats>;
export function lstat(path: Path, o?: StatOptions): Promise<Stats>;
export function lstat(path: Path, o?: StatOptions): Promise<Stats | BigIntStats> {
  try {
    const bytes = pathToRead(path);
    return o?.bigint === true ? currentBackend().lstatBigInt(bytes, o) : currentBackend().lstat(bytes, o);
  } catch (error) {
    return Promise.reject(error);
  }
}
