// isfile, isdir and islink: what is at a path.
import type { Stats } from 'node:fs';

import type { Path } from '../arguments/path.js';
import { lstat, stat } from '../os/stat.js';
import { isDirectory, whether } from '../os/whether.js';
import type { OpOptions } from '../schedule/options.js';

const isFile = (stats: Stats): boolean => stats.isFile();
const isSymbolicLink = (stats: Stats): boolean => stats.isSymbolicLink();

/**
 * Tests whether a path leads to a regular file. Resolves to false if it does not exist, and if the system reports an error.
 * @returns true or false
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (await path.isfile('config.json')) load();
 */
export function isfile(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(stat(path, o), isFile);
}

/**
 * Tests whether a path leads to a directory.
 * @returns true or false
 * @throws as `isfile`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (!(await path.isdir('cache'))) await os.makedirs('cache');
 */
export function isdir(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(stat(path, o), isDirectory);
}

/**
 * Tests whether a path is a symbolic link. Resolves to true for a dangling link.
 * @returns true or false
 * @throws as `isfile`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const target = (await path.islink('current')) ? await os.readlink('current') : 'current';
 */
export function islink(path: Path, o?: OpOptions): Promise<boolean> {
  return whether(lstat(path, o), isSymbolicLink);
}
