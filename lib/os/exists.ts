// exists and lexists: whether a path exists.
import type { Path } from '../arguments/path.js';
import type { OpOptions } from '../schedule/options.js';
import { lstat, stat } from './stat.js';
import { isAnything, whether } from './whether.js';

/**
 * Tests whether a path exists. Resolves to false for a dangling link, and if the system reports an error.
 * @returns true or false
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (!(await os.exists('config.json'))) await writeDefaults();
 */
export function exists(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(stat(path, o), isAnything);
}

/**
 * Tests whether a path exists. Unlike `exists`, resolves to true for a dangling link.
 * @returns true or false
 * @throws as `exists`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (await os.lexists('current')) await os.unlink('current');
 */
export function lexists(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(lstat(path, o), isAnything);
}
