// mkdir: makes a directory.
import { pathToWrite } from '../arguments/checked-path.js';
import { checkMode } from '../arguments/mode.js';
import type { Path } from '../arguments/path.js';
import { MKDIR, pathCall } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `mkdir`. */
export interface MkdirOptions extends OpOptions {
  /** Permission bits, before the umask. Default 0o777. */
  mode?: number | string | undefined;
}

/**
 * Makes a directory; for the ones above it too see `makedirs`.
 * @param o options, or the mode alone
 * @throws the system's errors in Node's shape (EEXIST, ENOENT), TypeError and RangeError for bad arguments, AbortError,
 *   TimeoutError
 * @example await os.mkdir('private', { mode: 0o700 });
 */
export async function mkdir(path: Path, o?: MkdirOptions | number): Promise<void> {
  const { mode = 0o777, ...rest } = typeof o === 'number' ? { mode: o } : (o ?? {});
  await pathCall(MKDIR, [pathToWrite(path)], [checkMode(mode, 'options.mode')], rest);
}
