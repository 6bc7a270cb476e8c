// chmod: a file's permission bits.
import { pathToWrite } from '../arguments/checked-path.js';
import { checkMode } from '../arguments/mode.js';
import type { Path } from '../arguments/path.js';
import { CHMOD, pathCall } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Changes a file's mode.
 * @param mode permission bits such as 0o640, or their octal digits as a string
 * @throws the system's errors in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @example await os.chmod('secret.key', 0o600);
 */
export async function chmod(path: Path, mode: number | string, o?: OpOptions): Promise<void> {
  await pathCall(CHMOD, [pathToWrite(path)], [checkMode(mode, 'mode')], o);
}
