// The seam under the whole library: what a store of files has to do. The addon, memory, object storage and anything that a
// program brings along implement these two interfaces; everything public stands on them.
import type { BigIntStats, Stats } from 'node:fs';

import type { Lane } from '../schedule/lane.js';

/** What one call carries: when it is to end, and which queue it waits in. A file system honours what it can. */
export interface CallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
  /** The lane that the caller chose. */
  readonly lane?: Lane | undefined;
  /** When the call has to end, in milliseconds on the clock of `performance.now()`. */
  readonly deadline?: number | undefined;
}

/**
 * A path within a file system: absolute, with `/` between names, such as `/2026/11.csv`, and without `.`, `..` and doubled
 * slashes. The caller's own spelling comes instead where the file system has links (`capabilities.links`), since `..` behind
 * a link leads elsewhere, and where it is mounted at a URL such as `s3://bucket`, since they may be part of a key. Names that are not UTF-8 come as bytes, and only to file systems whose `capabilities.byteNames` is true.
 */
export type FilePath = string | Uint8Array;

/** What a file system can do. What is left out counts as false. */
export interface Capabilities {
  /** Files can be written at any position, and opened with `r+` and `w+`. */
  readonly randomWrite: boolean;
  /** Files can be opened for appending. */
  readonly append: boolean;
  /** Files can be cut and extended: `truncate`. */
  readonly truncate: boolean;
  /** Names can be changed: `rename`. */
  readonly rename: boolean;
  /** There are symbolic and hard links: `symlink`, `link`, `readlink`. */
  readonly links: boolean;
  /** Files have permission bits that can be changed: `chmod`. */
  readonly modes: boolean;
  /** Files have owners that can be changed: `chown`. */
  readonly owners: boolean;
  /** Times can be set: `utimes`. */
  readonly times: boolean;
  /** `sync` makes content durable. */
  readonly sync: boolean;
  /** A rename, or the end of a write, replaces a file in one step. */
  readonly atomicReplace: boolean;
  /** Writes can be made conditional on what is there (`O_EXCL` without a race, `ifMatch`). */
  readonly conditional: boolean;
  /** Files can be locked. */
  readonly locks: boolean;
  /** Names that are not UTF-8 are taken and given as bytes. */
  readonly byteNames: boolean;
}

/** What an entry of a directory is. `unknown` where only a stat can tell. */
export type EntryType =
  'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'character' | 'block' | 'unknown';

/** One entry of a directory. */
export interface DirectoryItem {
  readonly name: string | Uint8Array;
  readonly type: EntryType;
  /** The inode number, where there is one. */
  readonly inode?: number | undefined;
  /** What `stat` would say of the entry itself, where the listing brought it along. */
  readonly stats?: StatsLike | undefined;
}

/** Of Stats, at least the size and what kind of thing it is. The library completes the rest. */
export type StatsLike = Partial<Stats> & Pick<Stats, 'size' | 'isFile' | 'isDirectory'>;

/** How `stat` is asked. */
export interface StatCall {
  /** False asks about a symbolic link itself. */
  readonly followSymlinks: boolean;
  /** True asks for BigIntStats; a file system may answer with Stats all the same, and the library converts. */
  readonly bigint: boolean;
}

/** What a link leads to, or the link itself. */
export interface FollowOptions {
  readonly followSymlinks: boolean;
}

/** The answer of `statvfs`. */
export interface StatVfs {
  readonly bsize: number;
  readonly frsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly favail: number;
  readonly flag: number;
  readonly namemax: number;
}

/** How a file is replaced in one step. */
export interface ReplaceOptions {
  /** Resolve only when the new content and its name survive a power cut. */
  readonly durable: boolean;
  /** Permission bits of a file that was not there. */
  readonly permissions: number | undefined;
  /** Replace only what has this ETag. Only where `capabilities.conditional`. */
  readonly ifMatch?: string | undefined;
}

/** How one file is copied within one file system. */
export interface CopyFileOptions {
  /** Fail with EEXIST where there is a target. */
  readonly exclusive: boolean;
  /** Keep times, all of the mode, and extended attributes. */
  readonly preserve: boolean;
  /** False copies a link as a link. */
  readonly followSymlinks: boolean;
}

/** How a tree is copied within one file system. */
export interface CopyTreeOptions {
  /** Copy links as links. */
  readonly symlinks: boolean;
  /** Copy into a directory that is there. */
  readonly existOk: boolean;
  /** Keep times, modes and extended attributes. */
  readonly preserve: boolean;
}

/** How a tree is removed. */
export interface RemoveTreeCall {
  /** Go on and resolve whatever cannot be removed. */
  readonly ignoreErrors: boolean;
  /** Is told of each failure, before the directory that it happened in is tried. */
  readonly onError?: ((error: Error) => unknown) | undefined;
}

/**
 * A store of files. The first group of methods is required; `capabilities` says which of the others mean something. The
 * library does without the whole jobs: it makes them of the calls above.
 *
 * Errors are in Node's shape, at least `code` (`ENOENT`, `EEXIST`, `ENOTDIR`, `EACCES`, ...); the library adds the
 * message, the system call and the path that its caller gave. `systemError` from `uvfiles/filesystem` makes one.
 */
export interface FileSystem {
  /** Shown in errors: `memory`, `s3`, ... */
  readonly name: string;
  readonly capabilities: Partial<Capabilities>;
  /**
   * True: a path that begins with the prefix of the mount is always answered here, even if its `..` lead out of the prefix.
   * Needs `capabilities.links`: the file system gets the `..` and refuses them. `beneath` sets it.
   */
  readonly confined?: boolean;

  /**
   * Opens a file; never a directory (EISDIR).
   * @param flags `fs.constants.O_*`: O_RDONLY, O_WRONLY or O_RDWR, with O_CREAT, O_EXCL, O_TRUNC, O_APPEND
   * @param permissions bits of a file that is created
   */
  open(path: FilePath, flags: number, permissions: number, call: CallOptions): Promise<FileSystemFile>;
  stat(path: FilePath, options: StatCall, call: CallOptions): Promise<StatsLike | BigIntStats>;
  /** The entries of a directory without `.` and `..`, in batches as they come. */
  list(path: FilePath, call: CallOptions): AsyncIterable<readonly DirectoryItem[]>;
  unlink(path: FilePath, call: CallOptions): Promise<void>;
  mkdir(path: FilePath, permissions: number, call: CallOptions): Promise<void>;
  rmdir(path: FilePath, call: CallOptions): Promise<void>;
  /** Replaces what is at `to`. */
  rename(from: FilePath, to: FilePath, call: CallOptions): Promise<void>;

  readlink?(path: FilePath, call: CallOptions): Promise<FilePath>;
  realpath?(path: FilePath, call: CallOptions): Promise<FilePath>;
  /** Whether the caller may use the file so. `mode`: `fs.constants` F_OK, R_OK, W_OK, X_OK. */
  access?(path: FilePath, mode: number, call: CallOptions): Promise<boolean>;
  statvfs?(path: FilePath, call: CallOptions): Promise<StatVfs>;
  link?(existing: FilePath, path: FilePath, call: CallOptions): Promise<void>;
  symlink?(target: FilePath, path: FilePath, call: CallOptions): Promise<void>;
  chmod?(path: FilePath, permissions: number, call: CallOptions): Promise<void>;
  chown?(path: FilePath, uid: number, gid: number, options: FollowOptions, call: CallOptions): Promise<void>;
  /** Times in milliseconds since the epoch. */
  utimes?(
    path: FilePath,
    accessed: number,
    modified: number,
    options: FollowOptions,
    call: CallOptions,
  ): Promise<void>;
  truncate?(path: FilePath, size: number | bigint, call: CallOptions): Promise<void>;
  /** Makes the names in a directory durable, where that takes a call of its own. */
  syncDirectory?(path: FilePath, call: CallOptions): Promise<void>;

  readFile?(path: FilePath, call: CallOptions): Promise<Uint8Array>;
  /** `flags` as for `open`; always with O_CREAT, and O_TRUNC, O_APPEND or O_EXCL. */
  writeFile?(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    call: CallOptions,
  ): Promise<void>;
  /** The whole files at `paths`, in any order; `index` counts into `paths`. */
  readMany?(paths: readonly FilePath[], call: CallOptions): AsyncIterable<readonly ReadManyAnswer[]>;
  statMany?(
    paths: readonly FilePath[],
    options: StatCall,
    call: CallOptions,
  ): Promise<readonly (StatsLike | BigIntStats | Error)[]>;
  /** The files below `top`, each path relative to it, as one listing without directories; where keys are flat. */
  walkFiles?(top: FilePath, call: CallOptions): AsyncIterable<readonly DirectoryItem[]>;
  removeTree?(path: FilePath, options: RemoveTreeCall, call: CallOptions): Promise<void>;
  copyFile?(from: FilePath, to: FilePath, options: CopyFileOptions, call: CallOptions): Promise<void>;
  copyTree?(from: FilePath, to: FilePath, options: CopyTreeOptions, call: CallOptions): Promise<void>;
  /** Replaces the file in one step with `data`. */
  replaceFile?(path: FilePath, data: Uint8Array, options: ReplaceOptions, call: CallOptions): Promise<void>;
  /**
   * Opens what is to replace the file: nothing shows at `path` before the file's `close`, and never after its `abort`.
   * Its `replaced` names what `close` failed to do after the new content was in place.
   */
  openReplacement?(path: FilePath, options: ReplaceOptions, call: CallOptions): Promise<FileSystemFile>;
  /** A file that has no name, is open for reading and writing, and is gone when it is closed. */
  createTemporary?(directory: FilePath, call: CallOptions): Promise<FileSystemFile>;
}

/** The bytes of a file that a lock is about. */
export interface LockRange {
  /** The first byte. */
  readonly position: number | bigint;
  /** Bytes; 0 reaches to the end of the file, wherever that comes to be. */
  readonly size: number | bigint;
}

/** One file of `readMany`. */
export type ReadManyAnswer =
  | { readonly index: number; readonly data: Uint8Array; readonly error?: undefined }
  | { readonly index: number; readonly error: Error; readonly data?: undefined };

/**
 * An open file. Calls may run in parallel; the library keeps the position, buffers, order and text. After `close` or
 * `abort` nothing else is called.
 */
export interface FileSystemFile {
  /** Bytes, where they are known without asking: a hint. */
  readonly size?: number | undefined;
  /** Up to `size` bytes at `position`; fewer only at the end of the file, and none past it. */
  pread(size: number, position: number | bigint, call: CallOptions): Promise<Uint8Array>;
  /** The same into `view`; resolves to the count. `view` must not be touched after the promise has settled. */
  preadinto?(view: Uint8Array, position: number | bigint, call: CallOptions): Promise<number>;
  /**
   * Several ranges in one call: element `i` holds up to `ranges[i].size` bytes, fewer only at the end of the file. For
   * files where reading a gap costs less than another request. The library reads the ranges one by one without it.
   */
  preadMany?(
    ranges: readonly { readonly position: number | bigint; readonly size: number }[],
    call: CallOptions,
  ): Promise<readonly Uint8Array[]>;
  /**
   * All of `data` at `position`; resolves to `data.length`. The bytes are the library's own and do not change meanwhile.
   * An error's `bytesWritten` says how many arrived.
   */
  pwrite?(data: Uint8Array, position: number | bigint, call: CallOptions): Promise<number>;
  /** All of `data` at the end, wherever that is by then; resolves to `data.length`. */
  append?(data: Uint8Array, call: CallOptions): Promise<number>;
  truncate?(size: number | bigint, call: CallOptions): Promise<void>;
  /** Makes what was written durable. */
  sync?(call: CallOptions): Promise<void>;
  /**
   * Locks a range for this file, without waiting; `shared` locks exclude only others that are not. Where
   * `capabilities.locks`. The library keeps the callers of this process in order, never asks for a range again that this
   * file has locked (two shared locks apart), and repeats a refused request after a pause.
   * @returns false where a lock of another open file is in the way
   */
  tryLock?(range: LockRange, shared: boolean, call: CallOptions): Promise<boolean>;
  /** Gives up what this file has locked of the range. `close` and `abort` give up all of it. */
  unlock?(range: LockRange): Promise<void>;
  stat(call: CallOptions): Promise<StatsLike | BigIntStats>;
  /** Publishes what was written, and ends. Called once. */
  close(): Promise<void>;
  /** Ends without publishing, where that can be: what was written counts for nothing. Called instead of `close`. */
  abort?(reason?: unknown): Promise<void>;
  /**
   * Writes at once, at `position` or (undefined) at the end: for bytes that are still buffered when the process exits,
   * where nothing can be awaited. Without it they are lost, and the exit code says so.
   */
  writeNow?(data: Uint8Array, position: number | undefined): void;
}
