// What is published of each call on a mounted file system: a row for every method of `Store` and `OpenFile`
// that it has.
import { constants } from 'node:fs';

import type { MountedStore } from './mounted-store.js';
import type { OpenFile } from './open-file.js';
import type { PositionedFile } from './positioned.js';
import type { Store } from './store.js';

/** The name of the operation, or what says it; then which arguments are the path and the options of the call. */
export type PublishedCall<A extends unknown[]> = readonly [
  operation: string | ((...args: A) => string),
  path: number | undefined,
  options: number | undefined,
];

/** The call is forwarded, and is no operation. */
export const FORWARDED = 'forwarded';
/** publishing.ts has a method for it. */
export const BY_HAND = 'by hand';

/** A row for each method of T. The compiler asks for it. */
export type PublishedCalls<T> = {
  readonly [M in keyof T as NonNullable<T[M]> extends (...args: never[]) => unknown ? M : never]-?:
    | (NonNullable<T[M]> extends (...args: infer A) => unknown ? PublishedCall<A> : never)
    | typeof FORWARDED
    | typeof BY_HAND;
};

const NONE = undefined;

export const STORE_CALLS: PublishedCalls<Pick<MountedStore, keyof MountedStore & keyof Store>> = {
  open: BY_HAND,
  readFile: ['readFile', 0, 1],
  writeFile: [
    (_path, _data, flags) => ((flags & constants.O_APPEND) !== 0 ? 'appendFile' : 'writeFile'),
    0,
    4,
  ],
  stat: [(_path, { followSymlinks }) => (followSymlinks ? 'stat' : 'lstat'), 0, 2],
  access: ['access', 0, 2],
  readlink: ['readlink', 0, 1],
  realpath: ['realpath', 0, 1],
  statvfs: ['statvfs', 0, 1],
  link: ['link', 0, 2],
  symlink: ['symlink', 0, 2],
  chmod: ['chmod', 0, 2],
  chown: ['chown', 0, 4],
  setTimes: ['utime', 0, 4],
  truncate: ['truncate', 0, 2],
  unlink: ['unlink', 0, 1],
  mkdir: ['mkdir', 0, 2],
  rmdir: ['rmdir', 0, 1],
  rename: ['rename', 0, 2],
  syncDirectory: BY_HAND,
  isMount: ['ismount', 0, 1],
  sameFile: ['samefile', 0, 2],
  makeDirectories: ['makedirs', 0, 3],
  removeDirectories: ['removedirs', 0, 1],
  renameDirectories: ['renames', 0, 2],
  names: ['scandir', 0, 2],
  listing: BY_HAND,
  walk: BY_HAND,
  removeTree: ['rmtree', 0, 2],
  copyFileInto: ['copy', 0, 3],
  copyTree: ['copytree', 0, 3],
  moveInto: ['move', 0, 2],
  readMany: BY_HAND,
  statMany: ['statMany', NONE, 2],
  replaceFile: ['writeAtomic', 0, 3],
  openReplacement: BY_HAND,
  createTemporaryFile: BY_HAND,
  createTemporaryDirectory: BY_HAND,
  can: FORWARDED,
  unsupported: FORWARDED,
  withDescriptors: FORWARDED,
};

export const FILE_CALLS: PublishedCalls<Pick<PositionedFile, keyof PositionedFile & keyof OpenFile>> = {
  read: ['read', NONE, 3],
  readinto: ['read', NONE, 2],
  readToEnd: ['read', NONE, 1],
  write: ['write', NONE, 3],
  writeToEnd: ['write', NONE, 2],
  seek: ['lseek', NONE, 2],
  pread: ['read', NONE, 2],
  preadinto: ['read', NONE, 2],
  preadOver: ['read', NONE, 2],
  preadMany: BY_HAND,
  pwrite: ['write', NONE, 2],
  truncate: ['ftruncate', NONE, 1],
  sync: ['fsync', NONE, 0],
  datasync: ['fdatasync', NONE, 0],
  stat: ['fstat', NONE, 0],
  statBigInt: ['fstat', NONE, 0],
  isatty: FORWARDED,
  tryLock: ['lock', NONE, 2],
  unlock: ['lock', NONE, NONE],
  close: BY_HAND,
  abort: BY_HAND,
  settleNow: FORWARDED,
  writeNow: FORWARDED,
};
