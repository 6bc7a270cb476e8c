// The complete interface that the public functions use for the file system of a path. Real files implement it natively.
// mounted-store.ts makes it of a mounted FileSystem. Paths are the caller's.
import type { BigIntStats, Stats } from 'node:fs';

import type { OpOptions } from '../schedule/options.js';
import type {
  EntryType,
  Capabilities,
  CopyFileOptions,
  CopyTreeOptions,
  DirectoryItem,
  FilePath,
  FollowOptions,
  RemoveTreeCall,
  ReadManyAnswer,
  ReplaceOptions,
  StatCall,
  StatVfs,
} from './filesystem.js';
import type { OpenFile } from './open-file.js';

export const FOLLOW: StatCall = Object.freeze({ followSymlinks: true, bigint: false });
export const FOLLOW_BIGINT: StatCall = Object.freeze({ followSymlinks: true, bigint: true });
export const LINK_ITSELF: StatCall = Object.freeze({ followSymlinks: false, bigint: false });
export const LINK_ITSELF_BIGINT: StatCall = Object.freeze({ followSymlinks: false, bigint: true });

/** One of the four objects above, so that a stat allocates none. */
export function statCall(followSymlinks: boolean, bigint: boolean): StatCall {
  if (followSymlinks) return bigint ? FOLLOW_BIGINT : FOLLOW;
  return bigint ? LINK_ITSELF_BIGINT : LINK_ITSELF;
}

/** A time since the epoch: whole seconds, and nanoseconds after them. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A time in milliseconds since the epoch, as `Stats` have it. */
export function timestampOf(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanoseconds: Math.round((ms - seconds * 1000) * 1e6) };
}

/** A directory that is being listed. `close` ends the listing early. */
export interface Listing {
  /** The next batch; undefined at the end. */
  next(): Promise<readonly DirectoryItem[] | undefined>;
  close(): void;
}

/** How a tree is traversed. */
export interface TreeWalkOptions {
  readonly bottomUp: boolean;
  readonly followLinks: boolean;
  /** Leaves out names that begin with a dot. */
  readonly noHidden: boolean;
  /** Levels to descend below the top. -1: all. */
  readonly depth: number;
}

/** One directory of a traversal. Raw names have one character per byte. */
export interface TreeStep {
  /** The directory's path, raw. */
  path: string;
  /** The same as text. */
  shownPath: string;
  /** Names, raw and as text; from `at` on the directories, then links to directories, then all others. */
  raw: string[];
  shown: string[];
  at: number;
  directories: number;
  links: number;
  others: number;
  /** Why the directory could not be listed. It has no names then. */
  error: Error | undefined;
}

/** A traversal: one step per directory. */
export interface TreeWalker {
  /** The next directory, or undefined after the last. */
  next(): Promise<TreeStep | undefined>;
  /** Whether `take` has a step without waiting. */
  readonly atHand: boolean;
  take(): TreeStep;
  /** The path below the top of the directory of the last step, raw. */
  readonly relative: string;
  /**
   * Replaces the directories to descend to from that of the last step.
   * @param names raw
   * @param follow for each name '1' if it is a link to follow nevertheless; '' for none
   */
  descendTo(names: string[], follow?: string): void;
  close(): void;
}

/** New content that takes a file's place. */
export interface Replacement {
  readonly file: OpenFile;
  /** Puts it in place, once `file` has been closed. */
  publish(): Promise<void>;
  /** Drops it. Does nothing after `publish`. */
  drop(): Promise<void>;
}

/** Where a temporary file or directory is created, and the parts of its name. */
export interface TempPlace {
  readonly dir: FilePath;
  readonly prefix: string;
  readonly suffix: string;
}

/** The kind of temporary file. */
export interface TempFileKind {
  /** Without a name. */
  readonly anonymous: boolean;
  readonly appending: boolean;
  /** Its name is removed by the file's `close`. */
  readonly deleteOnClose: boolean;
}

/** A temporary file, open, with a name unless it is anonymous. */
export interface TemporaryFile {
  readonly file: OpenFile;
  readonly path: FilePath;
  /** Leaves the removal to the caller. */
  keep(): void;
  /** Removes the name, if it still exists. */
  discard(): Promise<void>;
  /** Hands the descriptor over to the caller, if there is one. */
  detach?(): number;
}

/** A temporary directory. */
export interface TemporaryDirectoryEntry {
  readonly path: FilePath;
  /** Leaves the removal to the caller. */
  keep(): void;
  /** Removes it with everything in it, and follows no link. Resolves to the number of entries that could not be removed. */
  remove(ignoreErrors: boolean): Promise<number>;
}

/** A directory that has been made like another one. */
export interface CopiedFolder {
  /** The permission bits that it is to get when everything is in it; undefined where it has them. */
  readonly mode: number | undefined;
  /** Names of files, for `copyFiles`. */
  readonly blocks: readonly Uint8Array[];
  /** Everything that is not a file. */
  readonly others: readonly { readonly name: FilePath; readonly type: EntryType }[];
}

/** A complete store of files. */
export interface Store {
  readonly name: string;
  /** What its paths begin with where it is mounted; empty for real files. */
  readonly prefix: string;
  can(capability: keyof Capabilities): boolean;
  /** The error of a call that needs a capability which is missing: "cannot `what`". */
  unsupported(capability: keyof Capabilities, what: string): Error;

  open(path: FilePath, flags: number, permissions: number, call?: OpOptions): Promise<OpenFile>;
  readFile(path: FilePath, call?: OpOptions): Promise<Buffer>;
  /** The same, or undefined for a regular file of more than `most` bytes, if that takes no more than one operation. */
  readSmallFile?(path: FilePath, most: number, call?: OpOptions): Promise<Buffer | undefined>;
  writeFile(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    call?: OpOptions,
  ): Promise<void>;
  stat(path: FilePath, options: StatCall, call?: OpOptions): Promise<Stats | BigIntStats>;
  access(path: FilePath, mode: number, call?: OpOptions): Promise<boolean>;
  readlink(path: FilePath, call?: OpOptions): Promise<Buffer>;
  realpath(path: FilePath, call?: OpOptions): Promise<Buffer>;
  statvfs(path: FilePath, call?: OpOptions): Promise<StatVfs>;
  link(existing: FilePath, path: FilePath, call?: OpOptions): Promise<void>;
  symlink(target: FilePath, path: FilePath, call?: OpOptions): Promise<void>;
  chmod(path: FilePath, permissions: number, call?: OpOptions): Promise<void>;
  chown(path: FilePath, uid: number, gid: number, options: FollowOptions, call?: OpOptions): Promise<void>;
  setTimes(
    path: FilePath,
    accessed: Timestamp,
    modified: Timestamp,
    options: FollowOptions,
    call?: OpOptions,
  ): Promise<void>;
  truncate(path: FilePath, size: number | bigint, call?: OpOptions): Promise<void>;
  unlink(path: FilePath, call?: OpOptions): Promise<void>;
  mkdir(path: FilePath, permissions: number, call?: OpOptions): Promise<void>;
  rmdir(path: FilePath, call?: OpOptions): Promise<void>;
  rename(from: FilePath, to: FilePath, call?: OpOptions): Promise<void>;
  /** Makes the names in a directory durable, if that needs a separate call. */
  syncDirectory(path: FilePath): Promise<void>;
  isMount(path: FilePath, call?: OpOptions): Promise<boolean>;
  sameFile(path1: FilePath, path2: FilePath, call?: OpOptions): Promise<boolean>;

  makeDirectories(path: FilePath, permissions: number, existOk: boolean, call?: OpOptions): Promise<void>;
  removeDirectories(path: FilePath, call?: OpOptions): Promise<void>;
  renameDirectories(from: FilePath, to: FilePath, call?: OpOptions): Promise<void>;

  /** The names in a directory: strings, and bytes where they are not UTF-8; all bytes where `asBytes`. `sorted`: in the order of their bytes. */
  names(path: FilePath, asBytes: boolean, call?: OpOptions, sorted?: boolean): Promise<FilePath[]>;
  listing(path: FilePath, call?: OpOptions): Listing;
  walk(top: FilePath, options: TreeWalkOptions, call?: OpOptions): TreeWalker;
  removeTree(path: FilePath, options: RemoveTreeCall, call?: OpOptions): Promise<void>;
  /** `to` may be a directory to copy into. Resolves to the copy's path. */
  copyFileInto(from: FilePath, to: FilePath, options: CopyFileOptions, call?: OpOptions): Promise<FilePath>;
  copyTree(from: FilePath, to: FilePath, options: CopyTreeOptions, call?: OpOptions): Promise<void>;
  /** Makes the directory `to` like `from`, and lists what is to be copied into it: the two calls that share out a tree's copy. */
  readonly copyFolder?:
    ((from: FilePath, to: FilePath, call?: OpOptions) => Promise<CopiedFolder>) | undefined;
  /** Copies the files of a block that `copyFolder` has listed. */
  readonly copyFiles?:
    ((from: FilePath, to: FilePath, block: Uint8Array, call?: OpOptions) => Promise<void>) | undefined;
  /** `to` may be a directory to move into. Resolves to the new path. */
  moveInto(from: FilePath, to: FilePath, call?: OpOptions): Promise<FilePath>;
  readMany(paths: readonly FilePath[], call?: OpOptions): AsyncIterable<readonly ReadManyAnswer[]>;
  statMany(
    paths: readonly FilePath[],
    options: StatCall,
    call?: OpOptions,
  ): Promise<(Stats | BigIntStats | Error)[]>;
  /** `waits`: for a descriptor, if the process has none. False for callers that hold one. Default true. */
  replaceFile(
    path: FilePath,
    data: Uint8Array,
    options: ReplaceOptions,
    call?: OpOptions,
    waits?: boolean,
  ): Promise<void>;
  /** Makes an attempt. If it fails for lack of a descriptor, repeats it when there may be one. */
  withDescriptors<T>(attempt: () => Promise<T>, call?: OpOptions): Promise<T>;
  /** `exclusive`: EEXIST if the file exists, also at the time of publishing. */
  openReplacement(
    path: FilePath,
    flags: number,
    options: ReplaceOptions & { readonly exclusive: boolean },
    call?: OpOptions,
  ): Promise<Replacement>;

  createTemporaryFile(place: TempPlace, kind: TempFileKind, call?: OpOptions): Promise<TemporaryFile>;
  createTemporaryDirectory(place: TempPlace, call?: OpOptions): Promise<TemporaryDirectoryEntry>;
}
