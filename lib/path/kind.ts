// isfile, isdir and islink: what is at a path.
import type { Path } from '../arguments/path.js';
import { falseWhereTheSystemRefuses } from '../filesystem/errors.js';
import { lstat, stat } from '../os/stat.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Tests whether a path leads to a regular file. Resolves to false if it does not exist, and if the system reports an error.
 * @returns true or false
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (await path.isfile('config.json')) load();
 */
export async function isfile(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    return (await stat(path, o)).isFile();
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/**
 * Tests whether a path leads to a directory.
 * @returns true or false
 * @throws as `isfile`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (!(await path.isdir('cache'))) await os.makedirs('cache');
 */
export async function isdir(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    return (await stat(path, o)).isDirectory();
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/**
 * Tests whether a path is a symbolic link. Resolves to true for a dangling link.
 * @returns true or false
 * @throws as `isfile`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const target = (await path.islink('current')) ? await os.readlink('current') : 'current';
 */
export async function islink(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    return (await lstat(path, o)).isSymbolicLink();
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}
