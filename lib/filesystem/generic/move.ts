// Moves within and between file systems.
import type { BigIntStats, Stats } from 'node:fs';

import { codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import { fileSystemError } from '../errors.js';
import type { FilePath } from '../filesystem.js';
import { isSameFile } from '../identity.js';
import { baseName, joined, textOf } from '../mounted-path.js';
import { FOLLOW, FOLLOW_BIGINT, LINK_ITSELF, LINK_ITSELF_BIGINT, type Store } from '../store.js';
import { type CopyHooks, type CopyingStore, copyOne, namingBoth, type Route } from './copy.js';
import { copyTreeBetween, isWithin } from './copy-tree.js';
import { parentOf } from './directories.js';
import { isDirectoryAt, statOrNothing } from './lookups.js';
import { removeTreeOf } from './remove-tree.js';

/** Moves a file or a tree: a rename within one store, else a copy and then a removal. Resolves to the new path. */
export async function moveBetween(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  o: GivenOptions,
): Promise<FilePath> {
  const stats = (await namingBoth(
    { src, dst },
    from.stat(src, LINK_ITSELF_BIGINT, o),
    'rename',
  )) as BigIntStats;
  const isInto =
    (await isDirectoryAt(to, dst, o)) && !(from === to && (await isTheSame(from, stats, dst, o)));
  const target = isInto ? joined(dst, baseName(src)) : dst;
  if (isInto && (await statOrNothing(to, target, LINK_ITSELF, o)) !== undefined)
    throw fileSystemError('EEXIST', 'rename', src, target);
  // For the kernel, a missing directory is not a directory.
  if (!isInto && !stats.isDirectory() && textOf(dst).endsWith('/'))
    throw fileSystemError('ENOENT', 'rename', src, dst);
  if (from === to) {
    if (isInto && stats.isDirectory() && isWithin(target, src))
      throw fileSystemError('EINVAL', 'rename', src, target);
    try {
      await from.rename(src, target, o);
      return target;
    } catch (error) {
      if (!['ERR_UNSUPPORTED_OPERATION', 'EXDEV'].includes(String(codeOf(error)))) throw error;
    }
  }
  const hooks = to.can('sync') ? { durable: true } : undefined;
  await copyForMove({ from, src, to, dst: target }, stats, o, hooks);
  // After the original has been removed, a power cut must not lose the copy.
  if (hooks !== undefined) await to.syncDirectory(parentOf(target) || '.');
  if (stats.isDirectory()) await removeTreeOf(from, src, { ignoreErrors: false }, o);
  else await from.unlink(src, o);
  return target;
}

// As in Python, moving a directory into itself has no effect: it is renamed to its own name. So is a link to a directory that
// is moved to its own name.
async function isTheSame(
  store: Store,
  stats: BigIntStats,
  path: FilePath,
  o: GivenOptions,
): Promise<boolean> {
  if (isSameFile(stats, (await store.stat(path, FOLLOW_BIGINT, o)) as BigIntStats)) return true;
  if (!stats.isSymbolicLink()) return false;
  return isSameFile(stats, (await store.stat(path, LINK_ITSELF_BIGINT, o)) as BigIntStats);
}

// A copy that fails is removed again, and the original stays.
async function copyForMove(
  route: Route,
  stats: Stats | BigIntStats,
  o: GivenOptions,
  hooks: CopyHooks | undefined,
): Promise<void> {
  const { from, src, to, dst } = route;
  const copyFile = { exclusive: false, preserve: true, followSymlinks: false };
  if (!stats.isDirectory()) return copyOne(route, copyFile, o, hooks);
  if ((await statOrNothing(to, parentOf(dst), FOLLOW, o)) === undefined)
    throw fileSystemError('ENOENT', 'rename', src, dst);
  const copyTree = { symlinks: true, existOk: false, preserve: true };
  try {
    await copyTreeBetween(from, src, to, dst, copyTree, o, hooks);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      await removeTreeOf(to, dst, { ignoreErrors: true }, undefined).catch(() => undefined);
    throw error;
  }
}
