// utimes: sets the times of the last read and write.
import { types } from 'node:util';

import { flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { invalidArgType } from '../errors/index.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { Timestamp } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';

/** A time: seconds since the epoch (fractions count), their digits, or a Date. */
export type Time = number | string | Date;

/** Options of `utimes`. */
export interface UtimesOptions extends OpOptions {
  /** False changes a link itself. Default true. */
  followSymlinks?: boolean | undefined;
}

const readOptions = optionReader({ followSymlinks: flag(true) });

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
 * @param atime of the last read
 * @param mtime of the last write
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
