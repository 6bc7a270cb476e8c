// Lookups of paths for file systems without their own.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { codeOf } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import { falseWhereTheSystemRefuses, fileSystemError } from '../errors.js';
import type { DirectoryItem, FilePath, StatCall } from '../filesystem.js';
import { identityOf } from '../identity.js';
import type { MountedFiles } from '../mounted-files.js';
import { normalized, textOf } from '../mounted-path.js';
import { FOLLOW, LINK_ITSELF, type Store } from '../store.js';

// The path does not exist, or the caller may not see it.
const NOTHING_TO_SEE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'EILSEQ',
]);

/**
 * The answer to a question that an operation asks before it writes. Throws errors that say nothing about the path, such
 * as EIO or a lack of memory. Treating the path as missing could overwrite an existing file.
 */
export function falseWhereNothingIsSeen(error: unknown): false {
  if (NOTHING_TO_SEE.has(String(codeOf(error)))) return false;
  throw error;
}

/** Answers by existence, because a file system without `access` has no users. Executable: any x bit, or a directory. */
export async function lookUpAccess(
  store: MountedFiles,
  path: FilePath,
  mode: number,
  o: GivenOptions,
): Promise<boolean> {
  try {
    const stats = await store.stat(path, FOLLOW, o);
    if ((mode & constants.X_OK) === 0 || stats.isDirectory()) return true;
    return (Number(stats.mode) & 0o111) !== 0;
  } catch (error) {
    return falseWhereTheSystemRefuses(error);
  }
}

/** The status of a path; undefined if it does not exist. */
export async function statOrNothing(
  store: Store,
  path: FilePath,
  options: StatCall,
  o: GivenOptions,
): Promise<Stats | BigIntStats | undefined> {
  try {
    return await store.stat(path, options, o);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}

/** The status of the target of a path; undefined if it does not exist, or the caller may not see it. */
export async function statIfAllowed(
  store: Store,
  path: FilePath,
  o: GivenOptions,
): Promise<Stats | BigIntStats | undefined> {
  try {
    return await store.stat(path, FOLLOW, o);
  } catch (error) {
    falseWhereNothingIsSeen(error);
    return undefined;
  }
}

/** Whether a path leads to a directory. False if the caller may not see it. */
export async function isDirectoryAt(store: Store, path: FilePath, o: GivenOptions): Promise<boolean> {
  return (await statIfAllowed(store, path, o))?.isDirectory() === true;
}

/** Whether a name exists, even as a dangling link. False if the caller may not see it. */
export async function isNameAt(store: Store, path: FilePath, o: GivenOptions): Promise<boolean> {
  try {
    return (await store.stat(path, LINK_ITSELF, o)) !== undefined;
  } catch (error) {
    return falseWhereNothingIsSeen(error);
  }
}

/** All entries of a directory. */
export async function entriesOf(store: Store, path: FilePath, o: GivenOptions): Promise<DirectoryItem[]> {
  const listing = store.listing(path, o);
  const items: DirectoryItem[] = [];
  try {
    for (let batch = await listing.next(); batch !== undefined; batch = await listing.next())
      for (const item of batch) items.push(item);
    return items;
  } finally {
    listing.close();
  }
}

/** The maximum number of links on the way to one file, as on Linux. */
export const MOST_LINKS = 40;

/** The file system's own path without links, `.` and `..`. All names must exist. */
export async function resolveLinks(store: MountedFiles, path: FilePath, o: GivenOptions): Promise<string> {
  const outside = (inner: string): string => store.prefix + inner;
  const inner = textOf(store.inner(path, 'realpath'));
  if (!store.can('links') || store.fileSystem.readlink === undefined) {
    const plain = normalized(inner).replace(/(?<=.)\/$/, '');
    await store.stat(outside(plain), FOLLOW, o);
    return plain;
  }
  let links = 0;
  let done = '';
  const names = inner.split('/').reverse();
  while (names.length > 0) {
    const name = names.pop()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')));
      continue;
    }
    const next = `${done}/${name}`;
    const stats = await store.stat(outside(next), LINK_ITSELF, o);
    if (!stats.isSymbolicLink()) {
      if (names.some((each) => each !== '') && !stats.isDirectory())
        throw fileSystemError('ENOTDIR', 'realpath', path);
      done = next;
      continue;
    }
    if (++links > MOST_LINKS) throw fileSystemError('ELOOP', 'realpath', path);
    const target = (await store.readlink(outside(next), o)).toString();
    if (target.startsWith('/')) done = '';
    names.push(...target.split('/').reverse());
  }
  return done || '/';
}

/**
 * Distinguishes a directory from all others, whatever the path: traversals that follow links compare it with the directories that
 * they are in. Without inode numbers, it is the path without links.
 */
export async function identityAt(
  store: Store,
  path: FilePath,
  stats: BigIntStats,
  o: GivenOptions,
): Promise<string> {
  const known = identityOf(stats);
  if (known !== undefined) return known;
  const real = store.can('links') ? await store.realpath(path, o) : path;
  return Buffer.from(real).toString('latin1');
}
