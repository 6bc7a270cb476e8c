// emptyDir: makes sure that a directory exists and is empty.
import path from 'node:path';

import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { codeOf } from '../errors/index.js';
import { isSystemError } from '../filesystem/errors.js';
import type { DirectoryItem, FilePath } from '../filesystem/filesystem.js';
import { entriesOf } from '../filesystem/generic/lookups.js';
import { forEachOf } from '../filesystem/generic/many.js';
import { joined } from '../filesystem/mounted-path.js';
import { storeOfTreeToWrite } from '../filesystem/mounts.js';
import { LINK_ITSELF, type Store } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';

const AT_A_TIME = 4;
const DOTS = /(^|[\\/])\.\.([\\/]|$)/;

/**
 * Removes everything in a directory and keeps the directory. Creates it, with its parent directories, if it does not exist.
 * Removes links without following them. Stops at the first error.
 * @returns nothing
 * @throws the system's errors in Node's shape: ENOTDIR for a file; TypeError for a bad path, AbortError, TimeoutError
 * @cancelling stops at the next entry or batch; changes made by then remain
 * @platforms the same on Linux, macOS and Windows
 * @example await os.emptyDir('dist');
 */
export async function emptyDir(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const top = toPathBytes(path);
  const store = storeOfTreeToWrite(top);
  let items: DirectoryItem[];
  try {
    items = await entriesOf(store, top, call);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return store.makeDirectories(top, 0o777, true, call);
  }
  const directory = items.length === 0 ? top : await withoutLinks(store, top, call);
  await forEachOf(
    items.length,
    async (index) => {
      const { name, type } = items[index]!;
      const entry = joined(directory, name);
      const isDirectory =
        type === 'unknown'
          ? (await store.stat(entry, LINK_ITSELF, call)).isDirectory()
          : type === 'directory';
      if (isDirectory) await store.removeTree(entry, { ignoreErrors: false }, call);
      else await store.unlink(entry, call);
    },
    AT_A_TIME,
  );
}

// The path may lead through an entry that is removed: through a link, or before `..`. Otherwise, errors name the path as it is.
async function withoutLinks(store: Store, given: FilePath, call: OpOptions | undefined): Promise<FilePath> {
  const real = await store.realpath(given, call).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    return given; // the user may not search a directory above it
  });
  const isPlain = typeof given === 'string' && !DOTS.test(given) && path.resolve(given) === real;
  return isPlain ? given : real;
}
