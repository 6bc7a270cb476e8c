// Questions about paths, as in Python's os.path.
import { resolve } from 'node:path';
import type { Stats } from 'node:fs';

import { type Path, toPathBytes } from '../arguments/path.js';
import { isMountedUrl, realFiles, storeToRead } from '../filesystem/mounts.js';
import { readCall } from '../arguments/options.js';
import type { OpOptions } from '../schedule/options.js';
import { isDirectory, lstat, stat, whether } from '../os/lookups.js';
import { checkDescriptor } from '../arguments/numbers.js';
import { refuseForbidden } from '../filesystem/layers.js';
import { FOLLOW } from '../filesystem/store.js';

/**
 * Makes a path absolute, and removes "." and "..". Does no I/O. A URL on a mounted file system, such as `s3://bucket/key`, is
 * absolute: it stays as it is, because "." and ".." may be part of a key.
 * @returns a string; bytes for a byte path
 * @throws TypeError for a bad path
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example await path.abspath('../notes.txt');
 */
export function abspath(path: string | URL): Promise<string>;
export function abspath(path: Path): Promise<string | Buffer>;
export async function abspath(path: Path): Promise<string | Buffer> {
  const given = toPathBytes(path);
  if (isMountedUrl(given)) return typeof given === 'string' ? given : Buffer.from(given);
  if (typeof given === 'string') return resolve(given);
  // One character per byte, because names need not be UTF-8.
  const above = Buffer.from(process.cwd()).toString('latin1');
  return Buffer.from(resolve(above, Buffer.from(given).toString('latin1')), 'latin1');
}

/**
 * Tests whether a file system is mounted at a path. Resolves to false for a link, and if the path does not exist.
 * @returns true or false
 * @throws TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await path.ismount('/proc'); // true
 * @see https://docs.python.org/3/library/os.path.html#os.path.ismount
 */
export async function ismount(path: Path, o?: OpOptions): Promise<boolean> {
  const call = readCall(o);
  const at = toPathBytes(path);
  return storeToRead(at).isMount(at, call);
}

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

/**
 * Gets the size of a file.
 * @returns bytes
 * @throws the system's errors in Node's shape (ENOENT), TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const bytes = await path.getsize('data.bin');
 */
export async function getsize(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).size;
}

/**
 * Gets the time when a file was last read, in the same unit as Stats.atimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const when = new Date(await path.getatime('data.bin'));
 */
export async function getatime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).atimeMs;
}

/**
 * Gets the time when a file was last written, in the same unit as Stats.mtimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const when = new Date(await path.getmtime('data.bin'));
 */
export async function getmtime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).mtimeMs;
}

/**
 * Gets the time when the status of a file last changed, in the same unit as Stats.ctimeMs.
 * @returns milliseconds since the epoch
 * @throws as `getsize`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const changed = (await path.getctime('data.bin')) > lastLooked;
 */
export async function getctime(path: Path, o?: OpOptions): Promise<number> {
  return (await stat(path, o)).ctimeMs;
}

/**
 * Tests whether two paths lead to the same file. Compares device and inode.
 * @returns true or false
 * @throws the system's errors in Node's shape for the path that is missing, TypeError for bad paths, AbortError,
 *   TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await path.samefile('current', 'releases/42');
 * @see https://docs.python.org/3/library/os.path.html#os.path.samefile
 */
export async function samefile(path1: Path, path2: Path, o?: OpOptions): Promise<boolean> {
  const call = readCall(o);
  const one = toPathBytes(path1, 'path1');
  const other = toPathBytes(path2, 'path2');
  const store = storeToRead(one);
  if (storeToRead(other) === store) return store.sameFile(one, other, call);
  // Both must exist.
  await store.stat(one, FOLLOW, call);
  await storeToRead(other).stat(other, FOLLOW, call);
  return false;
}

/**
 * Tests whether two descriptors refer to the same file.
 * @returns true or false
 * @throws EBADF in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await path.sameopenfile(f.fileno(), g.fileno());
 */
export async function sameopenfile(fd1: number, fd2: number, o?: OpOptions): Promise<boolean> {
  const one = checkDescriptor(fd1, 'fd1');
  const other = checkDescriptor(fd2, 'fd2');
  refuseForbidden('stat', one);
  return realFiles.sameOpenFile(one, other, readCall(o));
}
