// What a copy preserves in addition to the content: mode and times.
import type { BigIntStats, Stats } from 'node:fs';

import { codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import type { FilePath } from '../filesystem.js';
import { secondsAndRest } from '../stats.js';
import { FOLLOW, type Store, type Timestamp, timestampOf } from '../store.js';

/**
 * Sets the mode and times that both `from` and `to` support. Files without modes of their own, such as objects, are
 * reported as writable by everyone, so their copies get the mode of a new file.
 */
export async function preserveAttributes(
  from: Store,
  to: Store,
  dst: FilePath,
  stats: Stats | BigIntStats,
  o: GivenOptions,
): Promise<void> {
  // Checked first, so that copying many files into an object store does not create an error for each of them.
  if (from.can('modes') && to.can('modes')) {
    const mode = Number(stats.mode);
    const isOfOwner = (mode & PRIVILEGES) === 0 || (await hasOwner(to, dst, stats, o));
    await whereSupported(to.chmod(dst, mode & (isOfOwner ? 0o7777 : 0o777), o));
  }
  // Directories of an object store have no times.
  if (to.can('times') && (from.can('times') || Number(stats.mtimeMs) !== 0))
    await whereSupported(to.setTimes(dst, timeOf(stats, 'atime'), timeOf(stats, 'mtime'), FOLLOW, o));
}

function timeOf(stats: Stats | BigIntStats, name: 'atime' | 'mtime'): Timestamp {
  const ms = stats[`${name}Ms`];
  if (typeof ms === 'bigint') {
    const [seconds, nanoseconds] = secondsAndRest((stats as BigIntStats)[`${name}Ns`]);
    return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
  }
  return timestampOf(ms);
}

const PRIVILEGES = 0o7000;

// A copy with another owner must not get the set-user-ID and set-group-ID bits.
async function hasOwner(
  store: Store,
  path: FilePath,
  { uid, gid }: Stats | BigIntStats,
  o: GivenOptions,
): Promise<boolean> {
  const copy = await store.stat(path, FOLLOW, o);
  return Number(copy.uid) === Number(uid) && Number(copy.gid) === Number(gid);
}

// A target without modes or times is left as it is.
async function whereSupported(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (codeOf(error) !== 'ERR_UNSUPPORTED_OPERATION') throw error;
  }
}
