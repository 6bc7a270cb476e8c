// getxattr, setxattr, listxattr and removexattr: extended attributes of a file, as Python's os has them on Linux.
import { toBytes } from '../arguments/bytes.js';
import { flag, oneOf, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { invalidArgType, invalidArgValue, UnsupportedOperationError } from '../errors/index.js';
import { realAttributes, realFiles, storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { ExtendedAttributes } from '../filesystem/filesystem.js';
import type { Store } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { encodeUtf8 } from '../text/encoder.js';

/** Options of the functions on extended attributes. */
export interface XattrOptions extends OpOptions {
  /** False uses the attributes of a link itself. Default true. */
  followSymlinks?: boolean | undefined;
}

/** Options of `setxattr`. */
export interface SetXattrOptions extends XattrOptions {
  /** `'create'` rejects with EEXIST if the attribute exists. `'replace'` rejects with ENODATA if it does not. Default `'any'`. */
  mode?: 'any' | 'create' | 'replace' | undefined;
}

const MODES = {
  any: realAttributes.ANY,
  create: realAttributes.CREATE,
  replace: realAttributes.REPLACE,
};

const readOptions = optionReader({ followSymlinks: flag(true) });
const readSetOptions = optionReader({
  followSymlinks: flag(true),
  mode: oneOf(['any', 'create', 'replace'] as const, 'any'),
});

function checkName(name: unknown): string {
  if (typeof name !== 'string') throw invalidArgType('name', 'of type string', name);
  if (name === '' || name.includes('\0'))
    throw invalidArgValue('name', name, 'must be a string that is not empty and has no null bytes');
  return name;
}

function attributesOf(store: Store): ExtendedAttributes {
  if (store === realFiles) return realAttributes;
  const { attributes } = store as Store & { readonly attributes?: ExtendedAttributes };
  if (attributes === undefined)
    throw new UnsupportedOperationError(`the file system '${store.name}' has no extended attributes`);
  return attributes;
}

/**
 * Gets the value of an extended attribute.
 * @param name with its namespace, such as `user.checksum`
 * @returns its bytes
 * @throws the system's errors in Node's shape: ENODATA (macOS: ENOATTR) if there is no such attribute, ENOTSUP if the file
 *   system has none; UnsupportedOperationError on a mounted file system without `attributes`; TypeError for bad arguments,
 *   AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux and macOS; elsewhere it rejects with ENOTSUP
 * @example const sum = String(await os.getxattr('film.mp4', 'user.checksum'));
 * @see xattr(7)
 */
export async function getxattr(path: Path, name: string, o?: XattrOptions): Promise<Buffer> {
  const { followSymlinks, call } = readOptions(o);
  const key = checkName(name);
  const at = toPathBytes(path);
  return attributesOf(storeToRead(at)).getAttribute(at, key, followSymlinks, call);
}

/**
 * Sets an extended attribute.
 * @param name with its namespace, such as `user.checksum`
 * @param value bytes (all of the view), or a string, written as UTF-8
 * @returns nothing
 * @throws as `getxattr`, UnicodeEncodeError for a string with a lone surrogate, EEXIST and ENODATA as `mode` asks, ENOSPC, EPERM
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux and macOS; elsewhere it rejects with ENOTSUP
 * @example await os.setxattr('film.mp4', 'user.checksum', sum);
 */
export async function setxattr(
  path: Path,
  name: string,
  value: string | ArrayBufferView | ArrayBufferLike,
  o?: SetXattrOptions,
): Promise<void> {
  const { followSymlinks, mode, call } = readSetOptions(o);
  const key = checkName(name);
  const bytes = typeof value === 'string' ? encodeUtf8(value) : toBytes(value, 'value');
  const at = toPathBytes(path);
  await attributesOf(storeToWrite(at)).setAttribute(at, key, bytes, followSymlinks, MODES[mode], call);
}

/**
 * Lists the extended attributes of a file that the process is permitted to see.
 * @returns names with their namespaces
 * @throws as `getxattr`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux and macOS; elsewhere it rejects with ENOTSUP
 * @example for (const name of await os.listxattr('film.mp4')) console.log(name);
 */
export async function listxattr(path: Path, o?: XattrOptions): Promise<string[]> {
  const { followSymlinks, call } = readOptions(o);
  const at = toPathBytes(path);
  return (await attributesOf(storeToRead(at)).listAttributes(at, followSymlinks, call)).map(String);
}

/**
 * Removes an extended attribute.
 * @returns nothing
 * @throws as `getxattr`
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux and macOS; elsewhere it rejects with ENOTSUP
 * @example await os.removexattr('film.mp4', 'user.checksum');
 */
export async function removexattr(path: Path, name: string, o?: XattrOptions): Promise<void> {
  const { followSymlinks, call } = readOptions(o);
  const key = checkName(name);
  const at = toPathBytes(path);
  await attributesOf(storeToWrite(at)).removeAttribute(at, key, followSymlinks, call);
}
