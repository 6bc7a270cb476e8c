// Paths, and lists of them: strings, POSIX byte paths and file: URLs, checked once and passed on as a string or bytes.
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';

import { invalidArgType, invalidArgValue } from '../errors/index.js';
import { isIterable, toBytes } from './bytes.js';

/** A path to a file: a string, a `file:` URL, or bytes (POSIX) for names that are not UTF-8. */
export type Path = string | Uint8Array | URL;

/** The schemes of URLs that are accepted as paths, such as `s3://`, because a file system is mounted there. */
export const mountedSchemes = new Set<string>();

/**
 * Checks `path` and returns it as the addon takes it: a string, or bytes. Bytes are copied, so that later changes of the
 * caller do not matter.
 * @throws TypeError ERR_INVALID_ARG_TYPE for anything else, ERR_INVALID_ARG_VALUE for a NUL, and Node's own errors
 *   for URLs that name no file.
 */
export function toPathBytes(path: unknown, name = 'path'): string | Uint8Array {
  if (typeof path === 'string') {
    if (path.includes('\0')) throw nul(name, path);
    return path;
  }
  if (types.isUint8Array(path)) {
    // Copied first, because another thread may write to shared memory during the check.
    const bytes = new Uint8Array(toBytes(path, name));
    if (bytes.includes(0)) throw nul(name, bytes);
    return bytes;
  }
  if (path instanceof URL || isUrlOfAnotherRealm(path)) {
    const text = textOfUrl(path as URL);
    if (text.includes('\0')) throw nul(name, text);
    return text;
  }
  throw invalidArgType(name, 'of type string or an instance of Uint8Array or URL', path);
}

/** The path as text. Bytes that are not UTF-8 are replaced, which is sufficient to compare prefixes. */
export function textOf(path: string | Uint8Array): string {
  return typeof path === 'string'
    ? path
    : Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString();
}

function textOfUrl(url: URL): string {
  const scheme = `${url.protocol}//`;
  if (mountedSchemes.size === 0 || !mountedSchemes.has(scheme)) return fileURLToPath(url);
  return `${scheme}${url.host}${decodeURIComponent(url.pathname)}`;
}

function nul(name: string, path: unknown): Error {
  return invalidArgValue(name, path, 'must be a string, Uint8Array, or URL without null bytes');
}

function isUrlOfAnotherRealm(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const url = value as Partial<URL>;
  return typeof url.href === 'string' && typeof url.protocol === 'string' && url.searchParams !== undefined;
}

/** A path that a function returns: bytes if one of the `given` paths is bytes, else a string. */
export function nameFor(path: string | Uint8Array, ...given: readonly Path[]): string | Buffer {
  if (given.some((each) => types.isUint8Array(each))) return Buffer.from(path);
  return typeof path === 'string' ? path : Buffer.from(path).toString();
}

/** Throws ERR_INVALID_ARG_TYPE unless `paths` is an iterable, or an asynchronous iterable where that is allowed. */
export function checkPathList(paths: unknown, alsoAsync: boolean): void {
  const isList =
    typeof paths === 'object' &&
    paths !== null &&
    !ArrayBuffer.isView(paths) &&
    (isIterable(paths, Symbol.iterator) || (alsoAsync && isIterable(paths, Symbol.asyncIterator)));
  if (!isList)
    throw invalidArgType('paths', alsoAsync ? 'an iterable or async iterable' : 'an iterable', paths);
}
