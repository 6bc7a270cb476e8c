// getsize and the times: one number of a file's status.
import type { Path } from '../arguments/path.js';
import { stat } from '../os/stat.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * A file's size in bytes.
 * @returns bytes
 * @throws the system's errors in Node's shape (ENOENT), TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const bytes = await path.getsize('data.bin');
 */
export async function getsize(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).size;
}

/**
 * When a file was last read, in milliseconds since the epoch, as Stats.atimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const when = new Date(await path.getatime('data.bin'));
 */
export async function getatime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).atimeMs;
}

/**
 * When a file was last written, in milliseconds since the epoch, as Stats.mtimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const when = new Date(await path.getmtime('data.bin'));
 */
export async function getmtime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).mtimeMs;
}

/**
 * When a file's status last changed, in milliseconds since the epoch, as Stats.ctimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const changed = (await path.getctime('data.bin')) > lastLooked;
 */
export async function getctime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).ctimeMs;
}
