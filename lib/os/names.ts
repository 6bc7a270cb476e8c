// Names of files and directories: how they are changed and removed.
import { readCall } from '../arguments/options.js';
import { nameFor, type Path, toPathBytes } from '../arguments/path.js';
import { fileSystemError } from '../filesystem/errors.js';
import { storeOfTreeToRead, storeOfTreeToWrite, storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';
import { moveBetween } from '../filesystem/generic/move.js';

/**
 * Renames `src` to `dst` within a file system, in one step. Replaces a file, or an empty directory, that exists at `dst`.
 * @returns nothing
 * @throws the system's errors in Node's shape with `path` and `dest` (EXDEV: see `move`), TypeError for bad paths,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows: waits up to two seconds for a virus scanner or an indexer that has the file open
 * @example await os.rename('draft', 'final');
 */
export async function rename(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const store = storeToWrite(from);
  if (storeToWrite(to) !== store) throw fileSystemError('EXDEV', 'rename', from, to);
  await store.rename(from, to, call);
}

/**
 * The same as `rename`. Python uses this name for a rename that replaces on every platform.
 * @throws as `rename`
 * @cancelling as `rename`
 * @platforms as `rename`
 * @example await os.replace('new.txt', 'old.txt');
 */
export const replace = rename;

/**
 * Creates missing parent directories of `dst`, renames `src` to `dst`, and removes each parent directory of `src` that has
 * become empty.
 * @returns nothing
 * @throws the system's errors in Node's shape, TypeError for bad paths, AbortError, TimeoutError
 * @cancelling a queued call does nothing; a running one may stop part-way, and changes made by then
 *   remain
 * @platforms as `rename`
 * @example await os.renames('inbox/2024/a.txt', 'archive/2024/a.txt');
 * @see https://docs.python.org/3/library/os.html#os.renames
 */
export async function renames(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const store = storeToWrite(from);
  if (storeToWrite(to) !== store) throw fileSystemError('EXDEV', 'rename', from, to);
  await store.renameDirectories(from, to, call);
}

/**
 * Moves a file or a directory tree by renaming it. If `dst` is on another file system, copies it with times, modes, owners
 * and extended attributes, syncs the copy, and then removes `src`. If the copy fails or is aborted, it is removed, and `src`
 * stays.
 * @param dst the new path, or a directory to move into
 * @returns the new path: a Buffer if `src` or `dst` is a byte path, which may not be UTF-8
 * @throws the system's errors in Node's shape with `path` and `dest`; EEXIST if the directory `dst` has such an entry,
 *   EINVAL if it is inside `src`; TypeError for bad paths, AbortError, TimeoutError
 * @cancelling a rename that runs is completed; a copy is removed, and `src` stays
 * @platforms Windows creates links on another volume only if the user has permission to
 * @example await os.move('upload.tmp', '/srv/files/');
 * @see https://docs.python.org/3/library/shutil.html#shutil.move
 */
export function move(src: string | URL, dst: string | URL, o?: OpOptions): Promise<string>;
export function move(src: Uint8Array, dst: Path, o?: OpOptions): Promise<Buffer>;
export function move(src: Path, dst: Uint8Array, o?: OpOptions): Promise<Buffer>;
export function move(src: Path, dst: Path, o?: OpOptions): Promise<string | Buffer>;
export async function move(src: Path, dst: Path, o?: OpOptions): Promise<string | Buffer> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  storeOfTreeToRead(from);
  const source = storeOfTreeToWrite(from);
  const target = storeOfTreeToWrite(to);
  const moved =
    source === target
      ? await source.moveInto(from, to, call)
      : await moveBetween(source, from, target, to, call);
  return nameFor(moved, src, dst);
}

/**
 * Removes a file or a link. Does not follow links.
 * @returns nothing
 * @throws the system's errors in Node's shape (ENOENT, EISDIR or EPERM for a directory), TypeError for a bad path,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows: waits up to two seconds for a virus scanner or an indexer that has the file open
 * @example await os.unlink('stale.lock');
 */
export async function unlink(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).unlink(at, call);
}

/**
 * The same as `unlink`. Python has both names.
 * @throws as `unlink`
 * @cancelling as `unlink`
 * @platforms as `unlink`
 * @example await os.remove('old.txt');
 */
export const remove = unlink;
