// Copies of whole trees between file systems.
import { type BigIntStats, constants } from 'node:fs';

import { codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import { fileSystemError, isSystemError } from '../errors.js';
import type { CopyFileOptions, CopyTreeOptions, DirectoryItem, FilePath } from '../filesystem.js';
import { joined, normalized, textOf } from '../mounted-path.js';
import { requireInside } from './inside.js';
import { completeStats } from '../stats.js';
import { FOLLOW, FOLLOW_BIGINT, LINK_ITSELF, type Store } from '../store.js';
import {
  type CopyHooks,
  type CopyingStore,
  copyOne,
  type FileOfTree,
  namingBoth,
  preserveAttributes,
  type Route,
} from './copy.js';
import { makeDirectories, parentOf } from './directories.js';
import { identityAt, isNameAt, statIfAllowed, statOrNothing } from './lookups.js';
import { forEachOf, Slots } from './many.js';

const { R_OK } = constants;
/**
 * The maximum number of files of one tree that are copied at a time. Most of their time is the latency of a server, so
 * half as many would take twice as long.
 */
const FILES_AT_A_TIME = 32;
/**
 * The maximum number of directories of one tree that are copied at a time. With only one, small directories would leave
 * most of the slots for files unused.
 */
const DIRECTORIES_AT_A_TIME = 8;
/** The maximum number of files of one tree that are streamed at a time. Each can hold several parts of an upload in memory. */
const STREAMS_AT_A_TIME = 4;

/** What limits the work that runs at a time, over all directories of a tree. */
interface Running {
  readonly files: Slots;
  readonly streams: Slots;
  /** Directories in addition to the current one. */
  readonly directories: Slots;
}

/** Copies a tree. It stops at the first failure, and keeps the files that have been copied by then. */
export async function copyTreeBetween(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyTreeOptions,
  o: GivenOptions,
  hooks?: CopyHooks,
): Promise<void> {
  const route = { from, src, to, dst };
  const stats = (await namingBoth(route, from.stat(src, FOLLOW_BIGINT, o), 'cp')) as BigIntStats;
  if (!stats.isDirectory()) throw fileSystemError('ENOTDIR', 'cp', src, dst);
  if (from.can('modes') && !(await from.access(src, R_OK, o)))
    throw fileSystemError('EACCES', 'cp', src, dst);
  if (from === to && (await leadsInto(from, dst, src, o))) throw fileSystemError('EINVAL', 'cp', src, dst);
  const there = await statIfAllowed(to, dst, o);
  const isThere = there?.isDirectory() === true;
  const isTaken =
    there !== undefined ? !isThere || !options.existOk : to.can('links') && (await isNameAt(to, dst, o));
  if (isTaken) {
    const code = there !== undefined && options.existOk ? 'ENOTDIR' : 'EEXIST';
    throw fileSystemError(code, 'cp', src, dst);
  }
  if (hooks?.filter !== undefined && !(await hooks.filter(src, dst))) return;
  if (!isThere) await makeTop(to, dst, o);
  const running: Running = {
    files: new Slots(FILES_AT_A_TIME),
    streams: new Slots(STREAMS_AT_A_TIME),
    directories: new Slots(DIRECTORIES_AT_A_TIME - 1),
  };
  await copyEntries(route, options, o, { stats, above: [], running }, hooks);
}

// If a file is in the place of a parent directory, the error is that of creating this directory (EEXIST).
async function makeTop(to: Store, dst: FilePath, o: GivenOptions): Promise<void> {
  try {
    await makeDirectories(to, dst, 0o777, true, o);
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') await makeDirectories(to, parentOf(dst), 0o777, true, o);
    throw error;
  }
}

/** Whether `path`, which need not exist, is `directory` or below it, even through links. */
async function leadsInto(
  store: Store,
  path: FilePath,
  directory: FilePath,
  o: GivenOptions,
): Promise<boolean> {
  if (isWithin(path, directory)) return true;
  if (!store.can('links')) return false;
  const top = await store.realpath(directory, o);
  for (let above = textOf(path); ;) {
    try {
      return isWithin(await store.realpath(above, o), top);
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
    const next = parentOf(above);
    if (next === above) return false;
    above = next;
  }
}

export function isWithin(path: FilePath, directory: FilePath): boolean {
  const text = normalized(textOf(path));
  const above = normalized(textOf(directory)).replace(/\/$/, '');
  return text === above || text.startsWith(`${above}/`);
}

async function copyEntries(
  { from, src, to, dst }: Route,
  options: CopyTreeOptions,
  o: GivenOptions,
  { stats, above, running }: { stats: BigIntStats; above: readonly string[]; running: Running },
  hooks: CopyHooks | undefined,
): Promise<void> {
  // Only a link can lead back.
  const identity = options.symlinks ? textOf(src) : await identityAt(from, src, stats, o);
  if (above.includes(identity)) throw fileSystemError('ELOOP', 'cp', src, dst);
  const copyFile = { exclusive: false, preserve: options.preserve, followSymlinks: !options.symlinks };
  const how = options.symlinks ? LINK_ITSELF : FOLLOW;
  const directories: { name: FilePath; stats: BigIntStats }[] = [];
  const listing = from.listing(src, o);
  try {
    for (let items = await listing.next(); items !== undefined; items = await listing.next()) {
      const batch: readonly DirectoryItem[] = items;
      await forEachOf(
        batch.length,
        async (i) => {
          const item = batch[i]!;
          const { name, type } = item;
          const source = joined(src, name);
          const target = joined(dst, name);
          const route = { from, src: source, to, dst: target };
          if (hooks?.filter !== undefined && !(await hooks.filter(source, target))) return;
          requireInside(to, name, source, target);
          // For links and unknown types, the information of the listing is not sufficient.
          const isKnown = type === 'file' || type === 'directory';
          const known = isKnown ? item.stats : undefined;
          const isDirectory =
            type === 'directory' ||
            ((type === 'unknown' || (type === 'symlink' && !options.symlinks)) &&
              (await namingBoth(route, from.stat(source, how, o), 'cp')).isDirectory());
          if (isDirectory) {
            const exact = known && completeStats(known, true);
            const found = exact ?? (await namingBoth(route, from.stat(source, FOLLOW_BIGINT, o), 'cp'));
            directories.push({ name, stats: found as BigIntStats });
          } else {
            const file = { known: known && completeStats(known, false), streams: running.streams };
            await running.files.run(() => copyOfTree(route, copyFile, o, hooks, file));
          }
        },
        FILES_AT_A_TIME,
      );
    }
  } finally {
    listing.close();
  }
  await besideEachOther(directories, running, async ({ name, stats: ofDirectory }) => {
    const route = { from, src: joined(src, name), to, dst: joined(dst, name) };
    await makeDirectory(route, o);
    const inside = { stats: ofDirectory, above: [...above, identity], running };
    await copyEntries(route, options, o, inside, hooks);
  });
  if (options.preserve) await preserveAttributes(from, to, dst, stats, o);
  if (hooks?.durable === true) await to.syncDirectory(dst);
}

/** Calls `copy` for each directory: in parallel if there is a free slot, else after the others. */
async function besideEachOther<T>(
  directories: readonly T[],
  { directories: places, files }: Running,
  copy: (directory: T) => Promise<void>,
): Promise<void> {
  const beside: Promise<void>[] = [];
  const ended = async (directory: T): Promise<void> =>
    copy(directory).catch((error: unknown) => {
      // Nothing else begins, anywhere in the tree.
      places.fail(error);
      files.fail(error);
      throw error;
    });
  try {
    for (const directory of directories) {
      files.check();
      if (places.isFree) {
        const one = places.run(() => ended(directory));
        one.catch(() => undefined); // reported where it is awaited
        beside.push(one);
      } else await ended(directory);
    }
  } finally {
    await Promise.allSettled(beside);
  }
  await Promise.all(beside);
}

async function makeDirectory({ src, to, dst }: Route, o: GivenOptions): Promise<void> {
  try {
    await to.mkdir(dst, 0o777, o);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // A link is not followed: it may lead out of the copy.
    const there = await statOrNothing(to, dst, LINK_ITSELF, o);
    if (there?.isDirectory() !== true) throw fileSystemError('ENOTDIR', 'cp', src, dst);
  }
}

// Copies one file of a tree. A store that can copy files by itself does so, even if there are callbacks.
async function copyOfTree(
  route: Route,
  options: CopyFileOptions,
  o: GivenOptions,
  hooks: CopyHooks | undefined,
  file: FileOfTree,
): Promise<void> {
  if (hooks === undefined) return copyOne(route, options, o, undefined, file);
  const { from, src, to, dst } = route;
  // In an object store, a file and a directory can have the same path.
  const matters = hooks.overwrite === false || to.appearsAtClose !== true;
  const there = matters ? await statOrNothing(to, dst, LINK_ITSELF, o) : undefined;
  if (there !== undefined && hooks.overwrite === false) return;
  if (there?.isDirectory() === true) throw fileSystemError('EISDIR', 'copyfile', src, dst);
  if (from === to && from.copyFileWithin === undefined && there?.isSymbolicLink() !== true)
    await from.copyFileInto(src, dst, options, o);
  else await copyOne(route, options, o, { durable: hooks.durable }, file);
  if (hooks.onFile === undefined) return;
  const copied = file.known ?? (await from.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, o));
  await hooks.onFile(src, dst, Number(copied.size));
}
