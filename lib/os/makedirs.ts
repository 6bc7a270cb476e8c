// makedirs: makes a directory and those above it that are missing.
import { pathToWrite } from '../arguments/checked-path.js';
import { checkMode } from '../arguments/mode.js';
import type { Path } from '../arguments/path.js';
import { opOptions } from '../native/run-patiently.js';
import { MAKE_DIRECTORIES } from '../native/task-kinds.js';
import { runTask } from '../native/tasks.js';
import type { MkdirOptions } from './mkdir.js';

/** Options of `makedirs`. */
export interface MakedirsOptions extends MkdirOptions {
  /** Whether the directory may be there already. Default false. */
  existOk?: boolean | undefined;
}

/**
 * Makes a directory and those above it that are missing. `mode` is the last one's; those above get 0o777. The umask
 * applies to all.
 * @param o options, or the mode alone
 * @throws EEXIST where the directory is there (unless `existOk`) or something else has its name, and the system's other
 *   errors in Node's shape; TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @example await os.makedirs('build/cache', { existOk: true });
 */
export async function makedirs(path: Path, o?: MakedirsOptions | number): Promise<void> {
  const { mode = 0o777, existOk = false, ...rest } = typeof o === 'number' ? { mode: o } : (o ?? {});
  const numbers = [checkMode(mode, 'options.mode'), existOk ? 1 : 0];
  await runTask(MAKE_DIRECTORIES, [pathToWrite(path)], numbers, opOptions(rest));
}
