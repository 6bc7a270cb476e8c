// makedirs, removedirs and renames by single calls, as in Python's os.
import { isUtf8 } from 'node:buffer';

import { codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import { isSystemError } from '../errors.js';
import type { FilePath } from '../filesystem.js';
import { SCHEME, textOf } from '../mounted-path.js';
import type { Store } from '../store.js';
import { isDirectoryAt, statIfAllowed } from './lookups.js';

/** The directory above a path, or the path itself if it is `/` or all of a scheme, such as `s3://`. Bytes if it is not UTF-8. */
export function parentOf(path: string): string;
export function parentOf(path: FilePath): FilePath;
export function parentOf(path: FilePath): FilePath {
  if (typeof path === 'string') return parentOfText(path);
  // In latin1, each byte is one character.
  const parent = Buffer.from(parentOfText(Buffer.from(path).toString('latin1')), 'latin1');
  return isUtf8(parent) ? parent.toString() : parent;
}

const isWindows = process.platform === 'win32';

function parentOfText(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const path = text.slice(scheme.length);
  const slashed = isWindows && scheme === '' ? path.replaceAll('\\', '/') : path;
  const end = slashed.replace(/\/+$/, '').lastIndexOf('/');
  if (end < 0) return scheme || (slashed.startsWith('/') ? '/' : '.');
  return scheme + (path.slice(0, end) || '/');
}

export async function makeDirectories(
  store: Store,
  path: FilePath,
  permissions: number,
  existOk: boolean,
  o: GivenOptions,
): Promise<void> {
  try {
    await store.mkdir(path, permissions, o);
    return;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && existOk && (await isDirectoryAt(store, path, o))) return;
    const isOfDot = endsInDot(path);
    if (codeOf(error) !== 'ENOENT' && !(codeOf(error) === 'ENOTDIR' && isOfDot)) throw error;
    const parent = parentOf(path);
    if (parent === textOf(path)) throw error;
    try {
      await makeDirectories(store, parent, isOfDot ? permissions : 0o777, true, o);
    } catch (error) {
      // Another caller has created it, or it cannot be created. Then the last step reports the error.
      if (codeOf(error) !== 'EEXIST' || isOfDot) throw error;
    }
  }
  try {
    await store.mkdir(path, permissions, o);
  } catch (error) {
    // Another caller has created it, or the path ends in `/.` and its parent directory has been created.
    const made = codeOf(error) === 'EEXIST' && (existOk || endsInDot(path));
    if (!made || !(await isDirectoryAt(store, path, o))) throw error;
  }
}

const endsInDot = (path: FilePath): boolean => /\/\.\/*$/.test(textOf(path));

export async function removeDirectories(store: Store, path: FilePath, o: GivenOptions): Promise<void> {
  await store.rmdir(path, o);
  await removeEmptyAbove(store, path, o);
}

// Removes directories as long as they are empty. The first one that cannot be removed ends this.
async function removeEmptyAbove(store: Store, path: FilePath, o: GivenOptions): Promise<void> {
  let below = path;
  for (;;) {
    const parent = parentOf(below);
    if (parent === textOf(below) || parent === '.' || parent === '/') return;
    try {
      await store.rmdir(parent, o);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return;
    }
    below = parent;
  }
}

export async function renameDirectories(
  store: Store,
  from: FilePath,
  to: FilePath,
  o: GivenOptions,
): Promise<void> {
  const parent = parentOf(to);
  // As in Python, a file in the place of the parent is the rename's to report.
  if (parent !== textOf(to) && (await statIfAllowed(store, parent, o)) === undefined)
    await makeDirectories(store, parent, 0o777, true, o);
  await store.rename(from, to, o);
  await removeEmptyAbove(store, from, o);
}
