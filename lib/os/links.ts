// Links: how they are made, and where they lead.
import { dirname, resolve } from 'node:path';

import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { fileSystemError } from '../filesystem/errors.js';
import { realFiles, storeToRead, storeToWrite } from '../filesystem/mounts.js';
import { seenTarget } from '../filesystem/outer-path.js';
import type { OpOptions } from '../schedule/options.js';
import { checkPermission, isRestricted } from '../arguments/permission.js';
import { asName, type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';

/**
 * Creates a hard link: `dst` becomes another name of the file `src`.
 * @returns nothing
 * @throws the system's errors in Node's shape with `path` and `dest` (EEXIST, EXDEV), TypeError for bad paths,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms where the file system has hard links
 * @example await os.link('data', 'data.backup');
 */
export async function link(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  storeToRead(from);
  const store = storeToWrite(from);
  if (storeToWrite(to) !== store) throw fileSystemError('EXDEV', 'link', from, to);
  await store.link(from, to, call);
}

/**
 * Creates the symbolic link `path` to `target`. The target does not have to exist. A relative target is resolved from the
 * directory of the link.
 * @returns nothing
 * @throws the system's errors in Node's shape (EEXIST), TypeError for bad paths, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows creates links only if the user has permission to
 * @example await os.symlink('releases/42', 'current');
 */
export async function symlink(target: Path, path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const text = toPathBytes(target, 'target');
  const at = toPathBytes(path);
  const store = storeToWrite(at);
  // Otherwise a link could lead to files that the process may not use.
  if (isRestricted && store === realFiles) {
    const leadsTo = resolve(dirname(resolve(Buffer.from(at).toString())), Buffer.from(text).toString());
    checkPermission('fs.read', leadsTo);
    checkPermission('fs.write', leadsTo);
  }
  await store.symlink(text, at, call);
}

/**
 * Reads the target of a link. The target does not have to exist.
 * @returns the target as written in the link: a string, or a Buffer with `{ encoding: 'buffer' }`. On a mounted file
 *   system, an absolute target begins with the prefix of the mount
 * @throws the system's errors in Node's shape (EINVAL if it is not a link), TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const target = await os.readlink('current');
 */
export function readlink(path: Path, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer>;
export function readlink(path: Path, o?: OpOptions & EncodingOptions): Promise<string>;
export async function readlink(path: Path, o?: OpOptions & EncodingOptions): Promise<string | Buffer> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  const store = storeToRead(at);
  const target = await store.readlink(at, call);
  return asName(seenTarget(store.prefix, target), asBytes);
}

/**
 * Resolves links, "." and ".." in a path. All parts of the path must exist.
 * @returns the absolute path: a string, or a Buffer with `{ encoding: 'buffer' }`
 * @throws the system's errors in Node's shape (ENOENT, ELOOP), TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example const real = await os.realpath('link/../file');
 */
export function realpath(path: Path, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer>;
export function realpath(path: Path, o?: OpOptions & EncodingOptions): Promise<string>;
export async function realpath(path: Path, o?: OpOptions & EncodingOptions): Promise<string | Buffer> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  return asName(await storeToRead(at).realpath(at, call), asBytes);
}
