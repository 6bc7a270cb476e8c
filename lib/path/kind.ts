// isfile, isdir and islink: what is at a path.
import type { Path } from '../arguments/path.js';
import { falseWhereTheSystemRefuses } from '../os/exists.js';
import { lstat, stat } from '../os/stat.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Whether the path leads to a regular file. False if it leads to nothing, or the system reports an error.
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @example if (await path.isfile('config.json')) load();
 */
export async function isfile(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    return (await stat(path, o)).isFile();
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/** Whether the path leads to a directory. Otherwise as `isfile`. */
export async function isdir(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    return (await stat(path, o)).isDirectory();
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/** Whether the path is a link, dangling or not. Otherwise as `isfile`. */
export async function islink(path: Path, o?: OpOptions): Promise<boolean> {
  try {
    return (await lstat(path, o)).isSymbolicLink();
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}
