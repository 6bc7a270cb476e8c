// getsize and the times: one number of a file's status.
import type { Path } from '../arguments/path.js';
import { stat } from '../os/stat.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Gets the size of a file.
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
 * Gets the time when a file was last read, in the same unit as Stats.atimeMs.
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
 * Gets the time when a file was last written, in the same unit as Stats.mtimeMs.
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
 * Gets the time when the status of a file last changed, in the same unit as Stats.ctimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const changed = (await path.getctime('data.bin')) > lastLooked;
 */
export async function getctime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).ctimeMs;
}
