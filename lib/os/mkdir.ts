// mkdir: creates a directory.
import { modeOption } from '../arguments/mode.js';
import { optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

const readOptions = optionReader({ mode: modeOption(0o777) });

/** Options of `mkdir`. */
export interface MkdirOptions extends OpOptions {
  /** Permission bits, before the umask. Default 0o777. */
  mode?: number | string | undefined;
}

/**
 * Creates a directory. To create its parent directories as well, use `makedirs`.
 * @param o options, or the mode alone
 * @returns nothing
 * @throws the system's errors in Node's shape (EEXIST, ENOENT), TypeError and RangeError for bad arguments, AbortError,
 *   TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms `mode` has no effect on Windows
 * @example await os.mkdir('private', { mode: 0o700 });
 */
export async function mkdir(path: Path, o?: MkdirOptions | number): Promise<void> {
  const { mode, call } = readOptions(typeof o === 'number' ? { mode: o } : o);
  const at = toPathBytes(path);
  await storeToWrite(at).mkdir(at, mode, call);
}
