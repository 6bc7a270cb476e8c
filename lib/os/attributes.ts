// Permissions, owners, times and sizes of files, by their paths.
import { types } from 'node:util';

import { checkMode } from '../arguments/mode.js';
import { flag, optionReader, readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import type { Timestamp } from '../filesystem/store.js';
import { checkPosition } from '../arguments/numbers.js';

/**
 * Changes the permission bits of a file.
 * @param mode permission bits such as 0o640, or their octal digits as a string
 * @returns nothing
 * @throws the system's errors in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows has only the owner's write permission; other bits have no effect there
 * @example await os.chmod('secret.key', 0o600);
 */
export async function chmod(path: Path, mode: number | string, o?: OpOptions): Promise<void> {
  const bits = checkMode(mode, 'mode');
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).chmod(at, bits, call);
}

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

/** A time: seconds since the epoch (fractions count), their digits, or a Date. */
export type Time = number | string | Date;

/** Options of `utimes`. */
export interface UtimesOptions extends OpOptions {
  /** False changes a link itself. Default true. */
  followSymlinks?: boolean | undefined;
}

const NANOSECONDS = 1_000_000_000;

/** Whole seconds, downwards, and the nanoseconds after them. */
function checkTime(time: unknown, name: string): Timestamp {
  const milliseconds = types.isDate(time) ? Date.prototype.getTime.call(time) : undefined;
  const seconds =
    milliseconds !== undefined ? milliseconds / 1000 : typeof time === 'string' ? Number(time) : time;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || time === '') {
    throw invalidArgType(name, 'a finite number of seconds, their digits, or a Date', time);
  }
  const whole = Math.floor(seconds);
  // Milliseconds of a Date are whole: no rounding of 0.001 may get in.
  const fraction =
    milliseconds !== undefined
      ? (milliseconds - whole * 1000) * 1_000_000
      : Math.round((seconds - whole) * NANOSECONDS);
  return fraction >= NANOSECONDS
    ? { seconds: whole + 1, nanoseconds: 0 }
    : { seconds: whole, nanoseconds: fraction };
}

/**
 * Sets the access and modification times of a file.
 * @param atime the time of the last read
 * @param mtime the time of the last write
 * @returns nothing
 * @throws the system's errors in Node's shape, TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await os.utimes('stamp', new Date(), new Date());
 */
export async function utimes(path: Path, atime: Time, mtime: Time, o?: UtimesOptions): Promise<void> {
  const accessed = checkTime(atime, 'atime');
  const modified = checkTime(mtime, 'mtime');
  const options = readOptions(o);
  const at = toPathBytes(path);
  await storeToWrite(at).setTimes(at, accessed, modified, options, options.call);
}

/**
 * Truncates a file, or extends it with zeros.
 * @param size bytes. Default 0
 * @returns nothing
 * @throws the system's errors in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await os.truncate('app.log');
 */
export async function truncate(path: Path, size: number | bigint = 0, o?: OpOptions): Promise<void> {
  const bytes = checkPosition(size, 'size');
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).truncate(at, bytes, call);
}
