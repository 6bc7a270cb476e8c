// utimes: when a file was last read and written.
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { invalidArgType } from '../errors/index.js';
import { pathCall, UTIMES } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/** A time: seconds since the epoch (fractions count), their digits, or a Date. */
export type Time = number | string | Date;

/** Options of `utimes`. */
export interface UtimesOptions extends OpOptions {
  /** False changes a link itself. Default true. */
  followSymlinks?: boolean | undefined;
}

const NANOSECONDS = 1_000_000_000;

/** Whole seconds, downwards, and the nanoseconds after them. */
function checkTime(time: unknown, name: string): [number, number] {
  const milliseconds = time instanceof Date ? time.getTime() : undefined;
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
  return fraction >= NANOSECONDS ? [whole + 1, 0] : [whole, fraction];
}

/**
 * Sets a file's times.
 * @param atime of the last read
 * @param mtime of the last write
 * @throws the system's errors in Node's shape, TypeError for bad arguments, AbortError, TimeoutError
 * @example await os.utimes('stamp', new Date(), new Date());
 */
export async function utimes(path: Path, atime: Time, mtime: Time, o?: UtimesOptions): Promise<void> {
  const times = [...checkTime(atime, 'atime'), ...checkTime(mtime, 'mtime')];
  await pathCall(UTIMES, [pathToWrite(path)], [...times, o?.followSymlinks === false ? 1 : 0], o);
}
