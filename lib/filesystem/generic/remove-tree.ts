// Removes a tree by listing and removing. It follows no link.
import { AbortError, codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import { completeError, fileSystemError, isSystemError } from '../errors.js';
import type { DirectoryItem, FilePath, RemoveTreeCall } from '../filesystem.js';
import { joined, textOf } from '../mounted-path.js';
import { LINK_ITSELF, type Store } from '../store.js';
import { entriesOf } from './lookups.js';
import { forEachOf } from './many.js';

/** Resolves to the number of entries that could not be removed. Rejects with the first failure, unless failures are ignored. */
export async function removeTreeOf(
  store: Store,
  path: FilePath,
  { ignoreErrors, onError }: RemoveTreeCall,
  o: GivenOptions,
): Promise<number> {
  let failures = 0;
  let first: Error | undefined;
  // An abort, a deadline or an error of a callback ends the removal. Errors of the system do not.
  const failed = async (error: unknown): Promise<void> => {
    if (o?.signal?.aborted === true || !isSystemError(error)) throw error;
    failures++;
    first ??= error as Error;
    if (!ignoreErrors) await onError?.(error as Error);
  };
  const remove = async (directory: FilePath): Promise<void> => {
    const failuresBefore = failures;
    let items: DirectoryItem[] = [];
    try {
      items = await entriesOf(store, directory, o);
    } catch (error) {
      await failed(error);
    }
    await forEachOf(items.length, async (i) => {
      const { name, type, stats } = items[i]!;
      const child = joined(directory, name);
      if (o?.signal?.aborted === true) throw new AbortError(o.signal.reason);
      try {
        const isDirectory =
          type === 'unknown'
            ? (stats ?? (await store.stat(child, LINK_ITSELF, o))).isDirectory()
            : type === 'directory';
        if (isDirectory) await remove(child);
        else await store.unlink(child, o);
      } catch (error) {
        await failed(error);
      }
    });
    try {
      await store.rmdir(directory, o);
    } catch (error) {
      // It is not empty because of a failure that has already been reported.
      const isTold = failures > failuresBefore && codeOf(error) === 'ENOTEMPTY';
      if (!isTold) await failed(error);
    }
  };
  try {
    await checkTop(store, path, o);
    await remove(path);
  } catch (error) {
    if (failures === 0) await failed(error);
    else throw error;
  }
  if (first !== undefined && !ignoreErrors && onError === undefined) throw first;
  return failures;
}

// Checked before anything is removed. A trailing slash does not make a link a directory.
async function checkTop(store: Store, path: FilePath, o: GivenOptions): Promise<void> {
  const text = textOf(path);
  if (/(^|\/)\.\.?\/*$/.test(text)) throw fileSystemError('EINVAL', 'rmdir', path);
  const top = text.endsWith('/') && typeof path === 'string' ? text.replace(/(?<=[^/])\/+$/, '') : path;
  try {
    if ((await store.stat(top, LINK_ITSELF, o)).isDirectory()) return;
  } catch (error) {
    throw completeError(Object.assign(error as Error, { syscall: 'rmdir' }), 'rmdir', path);
  }
  throw fileSystemError('ENOTDIR', 'rmdir', path);
}
