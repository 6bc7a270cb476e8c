// What a copy preserves besides the content: mode and times.
import type { BigIntStats, Stats } from 'node:fs';

import { codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import type { FilePath } from '../filesystem.js';
import { FOLLOW, type Store, type Timestamp } from '../store.js';

/**
 * Gives the copy what `from` and `to` know. Files without modes of their own, such as objects, say that everybody may write
 * them: a copy has the mode of a new file then.
 */
export async function preserveAttributes(
  from: Store,
  to: Store,
  dst: FilePath,
  stats: Stats | BigIntStats,
  o: GivenOptions,
): Promise<void> {
  const time = (ms: number | bigint): Timestamp => {
    const seconds = Math.floor(Number(ms) / 1000);
    return { seconds, nanoseconds: Math.round((Number(ms) - seconds * 1000) * 1e6) };
  };
  // Asked first: to copy many files into an object store is not to make an error for each of them.
  if (from.can('modes') && to.can('modes')) {
    const mode = Number(stats.mode);
    const isOfOwner = (mode & PRIVILEGES) === 0 || (await hasOwner(to, dst, stats, o));
    await whereSupported(to.chmod(dst, mode & (isOfOwner ? 0o7777 : 0o777), o));
  }
  // Directories of an object store have no time.
  if (to.can('times') && (from.can('times') || Number(stats.mtimeMs) !== 0))
    await whereSupported(to.setTimes(dst, time(stats.atimeMs), time(stats.mtimeMs), FOLLOW, o));
}

const PRIVILEGES = 0o7000;

// To run as its owner is not to be given to a copy of somebody else.
async function hasOwner(
  store: Store,
  path: FilePath,
  { uid, gid }: Stats | BigIntStats,
  o: GivenOptions,
): Promise<boolean> {
  const copy = await store.stat(path, FOLLOW, o);
  return Number(copy.uid) === Number(uid) && Number(copy.gid) === Number(gid);
}

// A target that has no modes or times keeps none.
async function whereSupported(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (codeOf(error) !== 'ERR_UNSUPPORTED_OPERATION') throw error;
  }
}
