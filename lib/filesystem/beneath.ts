// Real files below one directory and nowhere else, for untrusted paths.
import { resolve } from 'node:path';

import { type Path, textOf, toPathBytes } from '../arguments/path.js';
import { invalidArgValue, UnsupportedOperationError } from '../errors/index.js';
import { FilesBeneath } from '../native/store/beneath-files.js';
import { publishedByAddon } from '../schedule/diagnostics.js';
import type { FileSystem } from './filesystem.js';
import { permitted } from './permitted.js';

/**
 * Creates a file system of the real files below `root`. No path and no link can lead outside of `root`, even if directories
 * are replaced by links during an operation. On Linux 5.6 and newer, the kernel resolves each path with
 * `openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)`. On other systems, the library resolves it component by component. Links
 * that stay below the root are followed, unless they are absolute.
 * @param root a directory. A relative path is resolved against the current working directory
 * @returns a file system; an escape rejects with an error of code `ERR_OUTSIDE_ROOT`
 * @throws TypeError for a bad path or an empty one, UnsupportedOperationError on Windows
 * @cancelling does no I/O, and takes no signal
 * @platforms Linux and macOS
 * @example
 * using uploads = mount('/uploads', beneath('/srv/uploads'));
 * const bytes = await readBytes(`/uploads/${nameFromTheRequest}`);
 * @see openat2(2)
 */
export function beneath(root: Path): FileSystem {
  const files = filesBeneath(root);
  const fileSystem = permitted(files, (path) => `${textOf(files.root)}/${textOf(path)}`);
  publishedByAddon.add(fileSystem);
  return fileSystem;
}

/** The same with what the library's own functions call, which have checked the path under Node's `--permission`. */
export function filesBeneath(root: Path): FilesBeneath {
  const path = toPathBytes(root, 'root');
  if (process.platform === 'win32')
    throw new UnsupportedOperationError('beneath() is not available on Windows');
  // A root that was not set must not be the current directory.
  if (path.length === 0) throw invalidArgValue('root', root, 'must not be empty');
  return new FilesBeneath(typeof path === 'string' ? resolve(path) : path);
}
