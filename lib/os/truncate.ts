// truncate: cuts or extends a file by its path.
import { checkPosition } from '../arguments/numbers.js';
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { pathCall, TRUNCATE } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Sets a file's size, cutting it or extending it with zeros.
 * @param size bytes; 0 unless told
 * @throws the system's errors in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @example await os.truncate('app.log');
 */
export async function truncate(path: Path, size: number | bigint = 0, o?: OpOptions): Promise<void> {
  await pathCall(TRUNCATE, [pathToWrite(path)], [checkPosition(size, 'size')], o);
}
