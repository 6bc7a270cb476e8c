// Names of listings that would lead a copy out of its directory. Keys of an object store can contain `..`, and whoever writes to a
// bucket chooses them.
import { systemError, systemErrorNumber } from '../../errors/index.js';
import type { FilePath } from '../filesystem.js';
import { SCHEME, textOf } from '../mounted-path.js';
import type { Store } from '../store.js';

const SEPARATOR = process.platform === 'win32' ? /[\\/]/ : /\//;

/**
 * Rejects the copy of the entry `name` to `dst` if the name leads out of the directory that it is copied to. To an object store it
 * does not: there, `..` is a part of the key.
 * @throws Error ERR_OUTSIDE_ROOT with both paths
 */
export function requireInside(to: Store, name: FilePath, src: FilePath, dst: FilePath): void {
  if (!textOf(name).includes('..') || !textOf(name).split(SEPARATOR).includes('..')) return;
  if (SCHEME.test(textOf(dst)) && !to.can('links')) return;
  const error = systemError(systemErrorNumber('EINVAL'), 'cp', src, dst);
  const message = `a name that leads out of the directory is not copied, cp '${textOf(src)}' -> '${textOf(dst)}'`;
  throw Object.assign(error, { code: 'ERR_OUTSIDE_ROOT', message });
}
