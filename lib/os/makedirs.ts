// makedirs: creates a directory, and missing directories above it.
import { modeOption } from '../arguments/mode.js';
import { flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { MkdirOptions } from './mkdir.js';

const readOptions = optionReader({ mode: modeOption(0o777), existOk: flag(false) });

/** Options of `makedirs`. */
export interface MakedirsOptions extends MkdirOptions {
  /** Whether the directory may already exist. Default false. */
  existOk?: boolean | undefined;
}

/**
 * Creates a directory and its missing parent directories. The directory gets `mode`, its parents get 0o777, and the umask
 * applies to all of them.
 * @param o options, or the mode alone
 * @returns nothing
 * @throws EEXIST if the directory exists (unless `existOk`) or something else has its name, and the system's other
 *   errors in Node's shape; TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call does nothing; a running one may stop part-way, and changes made by then
 *   remain
 * @platforms `mode` has no effect on Windows
 * @example await os.makedirs('build/cache', { existOk: true });
 */
export async function makedirs(path: Path, o?: MakedirsOptions | number): Promise<void> {
  const { mode, existOk, call } = readOptions(typeof o === 'number' ? { mode: o } : o);
  const at = toPathBytes(path);
  await storeToWrite(at).makeDirectories(at, mode, existOk, call);
}
