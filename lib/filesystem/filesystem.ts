// The interfaces of file systems. Real files, memory, object storage and the file systems of programs implement them, and all
// public functions use them.
import type { BigIntStats, Stats } from 'node:fs';

import type { Lane } from '../schedule/lane.js';

/** The options of one call: when it ends, and which queue it waits in. A file system honours what it can. */
export interface CallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
  /** The lane that the caller chose. */
  readonly lane?: Lane | undefined;
  /** When the call must end, in milliseconds on the clock of `performance.now()`. */
  readonly deadline?: number | undefined;
}

/**
 * A path within a file system: absolute, with `/` between names, such as `/2026/11.csv`, without `.`, `..` and doubled slashes.
 *
 * Two kinds of file systems get the caller's spelling instead: those with `capabilities.links`, because `..` after a link leads
 * elsewhere, and those mounted at a URL such as `s3://bucket`, because these may be part of a key. Names that are not UTF-8 come as
 * bytes, and only with `capabilities.byteNames`.
 */
export type FilePath = string | Uint8Array;

/** What a file system can do. Missing properties count as false. */
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
  /** Names that are not UTF-8 are accepted and returned as bytes. */
  readonly byteNames: boolean;
}

/** The type of a directory entry. `unknown` if only a stat can tell. */
export type EntryType =
  'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'character' | 'block' | 'unknown';

/** One entry of a directory. */
export interface DirectoryItem {
  /** The name, without its directory. */
  readonly name: string | Uint8Array;
  /** What the entry is. `unknown` makes the library ask `stat`. */
  readonly type: EntryType;
  /** The inode number, if there is one. */
  readonly inode?: number | undefined;
  /** The status of the entry itself, if the listing includes it. */
  readonly stats?: StatsLike | undefined;
}

/** At least the size and the type of a Stats. The library completes the rest. */
export type StatsLike = Partial<Stats> & Pick<Stats, 'size' | 'isFile' | 'isDirectory'>;

/** Options of `stat`. */
export interface StatCall {
  /** False means the status of a symbolic link itself. */
  readonly followSymlinks: boolean;
  /** True asks for BigIntStats. A file system may return Stats anyway; the library converts them. */
  readonly bigint: boolean;
}

/** Whether a call is about the target of a link, or the link itself. */
export interface FollowOptions {
  /** Whether a symbolic link stands for its target. */
  readonly followSymlinks: boolean;
}

/** The answer of `statvfs`. */
export interface StatVfs {
  /** Bytes of the block size that is best for I/O. */
  readonly bsize: number;
  /** Bytes of the unit that `blocks`, `bfree` and `bavail` count. */
  readonly frsize: number;
  /** All units. */
  readonly blocks: number;
  /** Free units. */
  readonly bfree: number;
  /** Free units for users without privileges. */
  readonly bavail: number;
  /** All inodes. */
  readonly files: number;
  /** Free inodes. */
  readonly ffree: number;
  /** Free inodes for users without privileges. */
  readonly favail: number;
  /** Mount flags, as statvfs(3) numbers them. */
  readonly flag: number;
  /** The most bytes in a name. */
  readonly namemax: number;
}

/** Options of replacing a file in one step. */
export interface ReplaceOptions {
  /** Resolves only when the new content and its name survive a power cut. */
  readonly durable: boolean;
  /** Permission bits of a new file. */
  readonly permissions: number | undefined;
  /** Replaces only a file with this ETag. Needs `capabilities.conditional`. */
  readonly ifMatch?: string | undefined;
  /** Overwrites a file that is a mount point (EBUSY). That is not atomic, and for real files only. */
  readonly inPlaceIfBusy?: boolean | undefined;
  /** Rejects with EEXIST if the file exists, also when the new content is published. */
  readonly exclusive?: boolean | undefined;
}

/** Options of copying a file within one file system. */
export interface CopyFileOptions {
  /** Rejects with EEXIST if the target exists. */
  readonly exclusive: boolean;
  /** Keeps times, all of the mode, and extended attributes. */
  readonly preserve: boolean;
  /** False copies a link as a link. */
  readonly followSymlinks: boolean;
}

/** Options of copying a tree within one file system. */
export interface CopyTreeOptions {
  /** Copies links as links. */
  readonly symlinks: boolean;
  /** Copies into a directory that exists. */
  readonly existOk: boolean;
  /** Keeps times, modes and extended attributes. */
  readonly preserve: boolean;
}

/** Options of removing a tree. */
export interface RemoveTreeCall {
  /** Continues after failures, and resolves. */
  readonly ignoreErrors: boolean;
  /** Called with each failure, before the directory of the failure is removed. */
  readonly onError?: ((error: Error) => unknown) | undefined;
}

/**
 * A file system. The first group of methods is required. `capabilities` says which of the others are supported. Whole jobs
 * (`readMany`, `removeTree`, ...) are optional: without them the library uses the required calls.
 *
 * Errors need a `code` (`ENOENT`, `EEXIST`, `ENOTDIR`, `EACCES`, ...). The library adds the message, the system call and the
 * caller's path. `fileSystemError` from `uvfiles/filesystem` makes one.
 */
export interface FileSystem {
  /** Shown in errors: `memory`, `s3`, ... */
  readonly name: string;
  /** What the file system can do. What is missing counts as false, and such calls reject before any I/O. */
  readonly capabilities: Partial<Capabilities>;
  /**
   * True: a path that begins with the prefix of the mount is always answered here, even if its `..` lead out of the prefix.
   * Needs `capabilities.links`: the file system gets the `..` and refuses them. `beneath` sets it.
   */
  readonly confined?: boolean;

  /**
   * Opens a file. Rejects with EISDIR for a directory.
   * @param flags `fs.constants.O_*`: O_RDONLY, O_WRONLY or O_RDWR, with O_CREAT, O_EXCL, O_TRUNC, O_APPEND
   * @param permissions permission bits of a file that is created
   */
  open(path: FilePath, flags: number, permissions: number, call: CallOptions): Promise<FileSystemFile>;
  /** What is known of a file: its kind, size, times and permissions. */
  stat(path: FilePath, options: StatCall, call: CallOptions): Promise<StatsLike | BigIntStats>;
  /** The entries of a directory without `.` and `..`, in batches as they come. */
  list(path: FilePath, call: CallOptions): AsyncIterable<readonly DirectoryItem[]>;
  /** Removes a file or a link, never a directory. */
  unlink(path: FilePath, call: CallOptions): Promise<void>;
  /** Makes one directory. Rejects with EEXIST if the name is taken, with ENOENT if the parent is missing. */
  mkdir(path: FilePath, permissions: number, call: CallOptions): Promise<void>;
  /** Removes an empty directory. Rejects with ENOTEMPTY if it is not. */
  rmdir(path: FilePath, call: CallOptions): Promise<void>;
  /** Replaces a file at `to`. */
  rename(from: FilePath, to: FilePath, call: CallOptions): Promise<void>;

  /** The target of a symbolic link, as it was written (capability `links`). */
  readlink?(path: FilePath, call: CallOptions): Promise<FilePath>;
  /** The path without symbolic links, within the file system. */
  realpath?(path: FilePath, call: CallOptions): Promise<FilePath>;
  /** Whether the caller may use the file in this way. `mode`: `fs.constants` F_OK, R_OK, W_OK, X_OK. */
  access?(path: FilePath, mode: number, call: CallOptions): Promise<boolean>;
  /** Sizes and limits of the file system. */
  statvfs?(path: FilePath, call: CallOptions): Promise<StatVfs>;
  /** Makes a hard link (capability `links`). */
  link?(existing: FilePath, path: FilePath, call: CallOptions): Promise<void>;
  /** Makes a symbolic link (capability `links`). */
  symlink?(target: FilePath, path: FilePath, call: CallOptions): Promise<void>;
  /** Changes the permission bits (capability `modes`). */
  chmod?(path: FilePath, permissions: number, call: CallOptions): Promise<void>;
  /** Changes user and group (capability `owners`). */
  chown?(path: FilePath, uid: number, gid: number, options: FollowOptions, call: CallOptions): Promise<void>;
  /** Times in milliseconds since the epoch. */
  utimes?(
    path: FilePath,
    accessed: number,
    modified: number,
    options: FollowOptions,
    call: CallOptions,
  ): Promise<void>;
  /** Cuts or extends a file to `size` bytes (capability `truncate`). */
  truncate?(path: FilePath, size: number | bigint, call: CallOptions): Promise<void>;
  /** Makes the names in a directory durable, if that needs a separate call. */
  syncDirectory?(path: FilePath, call: CallOptions): Promise<void>;
  /** Extended attributes, where the file system has them. */
  readonly attributes?: ExtendedAttributes;

  /** Reads a whole file. Without it the library opens, reads and closes. */
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
  /** `stat` of many paths at once: for each one the answer or the error. */
  statMany?(
    paths: readonly FilePath[],
    options: StatCall,
    call: CallOptions,
  ): Promise<readonly (StatsLike | BigIntStats | Error)[]>;
  /** All files below `top` as one listing without directories, with paths relative to `top`. For flat keys. */
  walkFiles?(top: FilePath, call: CallOptions): AsyncIterable<readonly DirectoryItem[]>;
  /** Removes a directory and all in it. Without it the library lists and removes. */
  removeTree?(path: FilePath, options: RemoveTreeCall, call: CallOptions): Promise<void>;
  /** Copies a file within the file system. Without it the library reads and writes. */
  copyFile?(from: FilePath, to: FilePath, options: CopyFileOptions, call: CallOptions): Promise<void>;
  /** Copies a tree within the file system. Without it the library walks and copies. */
  copyTree?(from: FilePath, to: FilePath, options: CopyTreeOptions, call: CallOptions): Promise<void>;
  /** Replaces the file in one step with `data`. */
  replaceFile?(path: FilePath, data: Uint8Array, options: ReplaceOptions, call: CallOptions): Promise<void>;
  /**
   * Opens new content for the file. It appears at `path` with the file's `close`, and never after its `abort`.
   * Its `replaced` names what `close` failed to do after the new content was in place.
   */
  openReplacement?(path: FilePath, options: ReplaceOptions, call: CallOptions): Promise<FileSystemFile>;
  /** Opens a file without a name for reading and writing. It is gone when it is closed. */
  createTemporary?(directory: FilePath, call: CallOptions): Promise<FileSystemFile>;
}

/** Extended attributes of files. With `follow: false` those of a link itself. */
export interface ExtendedAttributes {
  /** The value of one attribute. Rejects with ENODATA if there is none. */
  getAttribute(path: FilePath, name: string, follow: boolean, call?: CallOptions): Promise<Buffer>;
  /** `mode`: 0 sets the attribute in any case, 1 only a new one (else EEXIST), 2 only an existing one (else ENODATA). */
  setAttribute(
    path: FilePath,
    name: string,
    value: Uint8Array,
    follow: boolean,
    mode: number,
    call?: CallOptions,
  ): Promise<void>;
  /** The names of all attributes. */
  listAttributes(path: FilePath, follow: boolean, call?: CallOptions): Promise<Buffer[]>;
  /** Removes one attribute. Rejects with ENODATA if there is none. */
  removeAttribute(path: FilePath, name: string, follow: boolean, call?: CallOptions): Promise<void>;
}

/** The range of a lock. */
export interface LockRange {
  /** The first byte. */
  readonly position: number | bigint;
  /** Bytes. 0 reaches to the end of the file, however it grows. */
  readonly size: number | bigint;
}

/** One file of `readMany`. */
export type ReadManyAnswer =
  | { readonly index: number; readonly data: Uint8Array; readonly error?: undefined }
  | { readonly index: number; readonly error: Error; readonly data?: undefined };

/**
 * An open file. Calls may run in parallel. The library does positions, buffers, order and text. After `close` or `abort` it makes
 * no other call.
 */
export interface FileSystemFile {
  /** The size in bytes, if it is known already: a hint. */
  readonly size?: number | undefined;
  /** Up to `size` bytes at `position`; fewer only at the end of the file, and none past it. */
  pread(size: number, position: number | bigint, call: CallOptions): Promise<Uint8Array>;
  /** The same into `view`. Resolves to the count. Do not touch `view` after the promise has settled. */
  preadinto?(view: Uint8Array, position: number | bigint, call: CallOptions): Promise<number>;
  /**
   * Several ranges in one call. Element `i` has up to `ranges[i].size` bytes, fewer only at the end of the file. For files where
   * reading a gap costs less than another request. Without it, the library reads the ranges one by one.
   */
  preadMany?(
    ranges: readonly { readonly position: number | bigint; readonly size: number }[],
    call: CallOptions,
  ): Promise<readonly Uint8Array[]>;
  /**
   * Writes all of `data` at `position`, and resolves to `data.length`. The bytes are the library's own, and do not change
   * meanwhile. `bytesWritten` of an error says how many arrived.
   */
  pwrite?(data: Uint8Array, position: number | bigint, call: CallOptions): Promise<number>;
  /** Writes all of `data` at the current end, and resolves to `data.length`. */
  append?(data: Uint8Array, call: CallOptions): Promise<number>;
  /** Cuts or extends a file to `size` bytes (capability `truncate`). */
  truncate?(size: number | bigint, call: CallOptions): Promise<void>;
  /** Makes what was written durable. */
  sync?(call: CallOptions): Promise<void>;
  /**
   * Locks a range for this file without waiting. `shared` locks exclude only locks that are not shared. Needs
   * `capabilities.locks`. The library keeps the callers of this process in order. It never asks again for a range that this file
   * has locked (except for a second shared lock), and repeats a refused request after a pause.
   * @returns false if a lock of another open file is in the way
   */
  tryLock?(range: LockRange, shared: boolean, call: CallOptions): Promise<boolean>;
  /** Releases this file's locks in the range. `close` and `abort` release all of them. */
  unlock?(range: LockRange): Promise<void>;
  /** What is known of a file: its kind, size, times and permissions. */
  stat(call: CallOptions): Promise<StatsLike | BigIntStats>;
  /** Publishes what was written, and closes. Called once. */
  close(): Promise<void>;
  /** Closes without publishing what was written, if that is possible. Called instead of `close`. */
  abort?(reason?: unknown): Promise<void>;
  /**
   * Writes synchronously, at `position` or (undefined) at the end. For bytes that are still buffered at process exit, where
   * nothing can be awaited. Without it they are lost, and the exit code says so.
   */
  writeNow?(data: Uint8Array, position: number | undefined): void;
}
