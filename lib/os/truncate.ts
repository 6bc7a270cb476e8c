// truncate: cuts or extends a file by its path.
import { checkPosition } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

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
