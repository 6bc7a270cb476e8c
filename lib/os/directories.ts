// Directories: how they are made, listed and removed.
import { type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeOfTreeToWrite, storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';
import { modeOption } from '../arguments/mode.js';
import { callback, flag, optionReader, readCall } from '../arguments/options.js';
import type { SystemError } from '../errors/index.js';

/**
 * Gets the working directory of the process.
 * @returns an absolute path
 * @throws ENOENT if it has been removed
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example console.log(await os.getcwd());
 */
export async function getcwd(): Promise<string> {
  return process.cwd();
}

/**
 * Lists the names in a directory, without "." and "..", in arbitrary order.
 * @param path the directory. Default: the working directory
 * @returns strings, or Buffers with `{ encoding: 'buffer' }`
 * @throws the system's errors in Node's shape (ENOENT, ENOTDIR), TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example for (const name of await os.listdir('inbox')) console.log(name);
 */
export function listdir(path: Path | undefined, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer[]>;
export function listdir(path?: Path, o?: OpOptions & EncodingOptions): Promise<string[]>;
export async function listdir(
  path: Path = '.',
  o?: OpOptions & EncodingOptions,
): Promise<string[] | Buffer[]> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  const names = await storeToRead(at).names(at, asBytes, call);
  return asBytes
    ? (names as Buffer[])
    : names.map((name) => (typeof name === 'string' ? name : name.toString()));
}

const readMkdirOptions = optionReader({ mode: modeOption(0o777) });

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
  const { mode, call } = readMkdirOptions(typeof o === 'number' ? { mode: o } : o);
  const at = toPathBytes(path);
  await storeToWrite(at).mkdir(at, mode, call);
}

const readMakedirsOptions = optionReader({ mode: modeOption(0o777), existOk: flag(false) });

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
 * @see https://docs.python.org/3/library/os.html#os.makedirs
 */
export async function makedirs(path: Path, o?: MakedirsOptions | number): Promise<void> {
  const { mode, existOk, call } = readMakedirsOptions(typeof o === 'number' ? { mode: o } : o);
  const at = toPathBytes(path);
  await storeToWrite(at).makeDirectories(at, mode, existOk, call);
}

/**
 * Removes an empty directory. To remove a directory with its content, use `rmtree`.
 * @returns nothing
 * @throws the system's errors in Node's shape (ENOTEMPTY, ENOENT, ENOTDIR), TypeError for a bad path, AbortError,
 *   TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example await os.rmdir('empty');
 */
export async function rmdir(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).rmdir(at, call);
}

/**
 * Removes an empty directory, and then each parent directory in `path` that has become empty.
 * @returns nothing
 * @throws the system's errors in Node's shape, for `path` itself only; TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call does nothing; a running one may stop part-way, and changes made by then
 *   remain
 * @platforms the same on Linux, macOS and Windows
 * @example await os.removedirs('a/b/c'); // and a/b, and a
 * @see https://docs.python.org/3/library/os.html#os.removedirs
 */
export async function removedirs(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).removeDirectories(at, call);
}

/** Options of `rmtree`. */
export interface RmtreeOptions extends OpOptions {
  /** Continues after failures, and resolves. Default false. */
  ignoreErrors?: boolean | undefined;
  /** Called with each failure, and awaited. If it throws, the removal ends. */
  onError?: ((error: SystemError) => unknown) | undefined;
}

const readRmtreeOptions = optionReader({
  ignoreErrors: flag(false),
  onError: callback<(error: Error) => unknown>(),
});

/**
 * Removes a directory and everything in it. Never removes anything else, even if a directory is replaced by a link during the
 * removal. Continues after entries that it cannot remove.
 * @returns nothing
 * @throws the first failure in Node's shape (ENOTDIR if `path` is a link or a file), unless `ignoreErrors` or
 *   `onError` is given; TypeError for a bad path, AbortError, TimeoutError
 * @cancelling stops at the next entry or batch; changes made by then remain
 * @platforms several threads on Linux and macOS, one on Windows
 * @example await os.rmtree('build');
 * @see https://docs.python.org/3/library/shutil.html#shutil.rmtree
 */
export async function rmtree(path: Path, o?: RmtreeOptions): Promise<void> {
  const options = readRmtreeOptions(o);
  const top = toPathBytes(path);
  await storeOfTreeToWrite(top).removeTree(top, options, options.call);
}
