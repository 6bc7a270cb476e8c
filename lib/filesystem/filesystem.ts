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
  /** When the call must end, in milliseconds on the clock of `performance.now()`. For `list`, it moves with each batch. */
  readonly deadline?: number | undefined;
}

/**
 * A path within a file system: absolute, with `/` between names, such as `/2026/11.csv`, without `.`, `..` and doubled slashes.
 * A slash at the end is kept, and asks for a directory.
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
  /** Open files have descriptors of the operating system, as those of `beneath` and `realFileSystem` do. */
  readonly descriptors: boolean;
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
  /** True requests BigIntStats. A file system can return Stats in any case; the library converts them. */
  readonly bigint: boolean;
}

/** Whether a call is about the target of a link, or the link itself. */
export interface FollowOptions {
  /** Whether a symbolic link stands for its target. */
  readonly followSymlinks: boolean;
}

/** The result of `statvfs`. */
export interface StatVfs {
  /** The block size that is best for I/O, in bytes. */
  readonly bsize: number;
  /** The size in bytes of the blocks that `blocks`, `bfree` and `bavail` count. */
  readonly frsize: number;
  /** The number of blocks. */
  readonly blocks: number;
  /** The number of free blocks. */
  readonly bfree: number;
  /** The number of free blocks for users without privileges. */
  readonly bavail: number;
  /** The number of inodes. */
  readonly files: number;
  /** The number of free inodes. */
  readonly ffree: number;
  /** The number of free inodes for users without privileges. */
  readonly favail: number;
  /** Mount flags, as in statvfs(3). */
  readonly flag: number;
  /** The maximum length of a name in bytes. */
  readonly namemax: number;
  /** The id of the file system. Only real files have it. */
  readonly fsid?: number;
}

/** Options of replacing a file in one step. */
export interface ReplaceOptions {
  /** Resolves only when the new content and its name survive a power failure. */
  readonly durable: boolean;
  /** Permission bits of a new file. */
  readonly permissions: number | undefined;
  /** Replaces only a file with this ETag. Needs `capabilities.conditional`. */
  readonly ifMatch?: string | undefined;
  /** Overwrites a file that is a mount point (EBUSY). That is not atomic, and for real files only. */
  readonly inPlaceIfBusy?: boolean | undefined;
  /** Rejects with EEXIST if the file exists, even if it is created before the new content is published. */
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
 * A file system. The first group of methods is required. `capabilities` says which of the others are supported. Methods for many
 * files (`readMany`, `removeTree`, ...) are optional: without them, the library uses the required methods.
 *
 * Errors need a `code` (`ENOENT`, `EEXIST`, `ENOTDIR`, `EACCES`, ...). The library adds the message, the system call and the
 * caller's path.
 * @throws an error with the `code` of the system call, such as `ENOENT`; see `fileSystemError`
 * @cancelling optional: stop when `call.signal` is aborted or `call.deadline` is over. If an implementation ignores both, the
 *   call runs to its end, and the library makes no further one
 * @platforms depends on the implementation
 * @example const m = mount('/config', new JsonFiles({})); // see docs/filesystems.md
 */
export interface FileSystem {
  /** Shown in errors: `memory`, `s3`, ... */
  readonly name: string;
  /** What the file system can do. What is missing counts as false, and such calls reject before any I/O. */
  readonly capabilities: Partial<Capabilities>;
  /**
   * If true, the file system handles every path that begins with the prefix of the mount, even if `..` leads out of the prefix.
   * Requires `capabilities.links`: the file system receives `..` and must reject it. `beneath` sets it.
   */
  readonly confined?: boolean;

  /**
   * Opens a file. Rejects with EISDIR for a directory. A file that cannot be written rejects with EROFS, before anything is
   * truncated: the library learns from the open file only whether it has `pwrite`, and cannot restore its content.
   * @param flags `fs.constants.O_*`: O_RDONLY, O_WRONLY or O_RDWR, with O_CREAT, O_EXCL, O_TRUNC, O_APPEND
   * @param permissions permission bits of a file that is created
   * @returns the open file
   */
  open(path: FilePath, flags: number, permissions: number, call: CallOptions): Promise<FileSystemFile>;
  /** Gets the status of a file.
   * @returns its kind and size; times and permissions if they are known */
  stat(path: FilePath, options: StatCall, call: CallOptions): Promise<StatsLike | BigIntStats>;
  /** Lists a directory.
   * @returns batches of entries, without `.` and `..` */
  list(path: FilePath, call: CallOptions): AsyncIterable<readonly DirectoryItem[]>;
  /** Removes a file or a link, never a directory. */
  unlink(path: FilePath, call: CallOptions): Promise<void>;
  /** Creates one directory. Rejects with EEXIST if the name exists, and with ENOENT if the parent does not. */
  mkdir(path: FilePath, permissions: number, call: CallOptions): Promise<void>;
  /** Removes an empty directory. Rejects with ENOTEMPTY if it is not empty. */
  rmdir(path: FilePath, call: CallOptions): Promise<void>;
  /** Renames a file or directory. Replaces a file at `to`. */
  rename(from: FilePath, to: FilePath, call: CallOptions): Promise<void>;

  /** Reads a symbolic link (capability `links`).
   * @returns the target, unchanged */
  readlink?(path: FilePath, call: CallOptions): Promise<FilePath>;
  /** Resolves symbolic links.
   * @returns the path without links, within the file system */
  realpath?(path: FilePath, call: CallOptions): Promise<FilePath>;
  /** Tests permissions. `mode` is a combination of `fs.constants` F_OK, R_OK, W_OK, X_OK.
   * @returns true if the caller has them */
  access?(path: FilePath, mode: number, call: CallOptions): Promise<boolean>;
  /** Gets information about the file system.
   * @returns its size and limits */
  statvfs?(path: FilePath, call: CallOptions): Promise<StatVfs>;
  /** Creates a hard link (capability `links`). */
  link?(existing: FilePath, path: FilePath, call: CallOptions): Promise<void>;
  /** Creates a symbolic link (capability `links`). */
  symlink?(target: FilePath, path: FilePath, call: CallOptions): Promise<void>;
  /** Changes the permission bits (capability `modes`). */
  chmod?(path: FilePath, permissions: number, call: CallOptions): Promise<void>;
  /** Changes user and group (capability `owners`). */
  chown?(path: FilePath, uid: number, gid: number, options: FollowOptions, call: CallOptions): Promise<void>;
  /** Sets the times, in milliseconds since the epoch (capability `times`). */
  utimes?(
    path: FilePath,
    accessed: number,
    modified: number,
    options: FollowOptions,
    call: CallOptions,
  ): Promise<void>;
  /** Truncates or extends a file to `size` bytes (capability `truncate`). */
  truncate?(path: FilePath, size: number | bigint, call: CallOptions): Promise<void>;
  /** Makes the names in a directory durable, if that needs a separate call. */
  syncDirectory?(path: FilePath, call: CallOptions): Promise<void>;
  /** Extended attributes, where the file system has them. */
  readonly attributes?: ExtendedAttributes;

  /** Reads a whole file. Without it, the library opens, reads and closes.
   * @returns the content */
  readFile?(path: FilePath, call: CallOptions): Promise<Uint8Array>;
  /** Writes a whole file. `flags` is as for `open`, with O_CREAT and one of O_TRUNC, O_APPEND and O_EXCL. */
  writeFile?(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    call: CallOptions,
  ): Promise<void>;
  /** Reads many whole files.
   * @returns batches of results in any order; `index` is the index in `paths`. A path without a result has the error EIO */
  readMany?(paths: readonly FilePath[], call: CallOptions): AsyncIterable<readonly ReadManyAnswer[]>;
  /** Gets the status of many files.
   * @returns the status or the error for each path */
  statMany?(
    paths: readonly FilePath[],
    options: StatCall,
    call: CallOptions,
  ): Promise<readonly (StatsLike | BigIntStats | Error)[]>;
  /** Lists all files below `top`, for file systems with flat keys.
   * @returns batches of files, without directories, with paths relative to `top` */
  walkFiles?(top: FilePath, call: CallOptions): AsyncIterable<readonly DirectoryItem[]>;
  /** Removes a directory with its content. Without it, the library lists and removes. */
  removeTree?(path: FilePath, options: RemoveTreeCall, call: CallOptions): Promise<void>;
  /** Copies a file within the file system. Without it, the library reads and writes. */
  copyFile?(from: FilePath, to: FilePath, options: CopyFileOptions, call: CallOptions): Promise<void>;
  /** Copies a tree within the file system. Without it, the library walks and copies. */
  copyTree?(from: FilePath, to: FilePath, options: CopyTreeOptions, call: CallOptions): Promise<void>;
  /** Replaces the content of the file with `data` in one step. */
  replaceFile?(path: FilePath, data: Uint8Array, options: ReplaceOptions, call: CallOptions): Promise<void>;
  /**
   * Opens a file for new content. It appears at `path` when the file is closed, and never after `abort`.
   * @returns the open file; its `replaced` describes what `close` failed to do after the new content was in place
   */
  openReplacement?(path: FilePath, options: ReplaceOptions, call: CallOptions): Promise<FileSystemFile>;
  /** Creates a file without a name for reading and writing. It is removed when it is closed.
   * @returns the open file */
  createTemporary?(directory: FilePath, call: CallOptions): Promise<FileSystemFile>;
}

/**
 * Extended attributes of files. With `follow: false`, the attributes of a link itself.
 * @throws an error with the `code` of the system call, such as `ENOENT`; see `fileSystemError`
 * @cancelling optional: stop when `call.signal` is aborted or `call.deadline` is over. If an implementation ignores both, the
 *   call runs to its end, and the library makes no further one
 * @platforms depends on the implementation
 * @example const value = await realFileSystem.attributes?.getAttribute('/srv/film.mp4', 'user.checksum', true);
 */
export interface ExtendedAttributes {
  /** Gets an attribute. Rejects with ENODATA if it does not exist.
   * @returns its value */
  getAttribute(path: FilePath, name: string, follow: boolean, call?: CallOptions): Promise<Buffer>;
  /** Sets an attribute. `mode`: 0 always, 1 only if it is new (else EEXIST), 2 only if it exists (else ENODATA). */
  setAttribute(
    path: FilePath,
    name: string,
    value: Uint8Array,
    follow: boolean,
    mode: number,
    call?: CallOptions,
  ): Promise<void>;
  /** Lists the attributes.
   * @returns their names */
  listAttributes(path: FilePath, follow: boolean, call?: CallOptions): Promise<Buffer[]>;
  /** Removes an attribute. Rejects with ENODATA if it does not exist. */
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
 * An open file. Calls can run in parallel. The library implements positions, buffers, order and text. It makes no call after
 * `close` or `abort`.
 * @throws an error with the `code` of the system call, such as `ENOENT`; see `fileSystemError`
 * @cancelling optional: stop when `call.signal` is aborted or `call.deadline` is over. If an implementation ignores both, the
 *   call runs to its end, and the library makes no further one
 * @platforms depends on the implementation
 * @example const file: FileSystemFile = await realFileSystem.open('/etc/hosts', constants.O_RDONLY, 0, {});
 */
export interface FileSystemFile {
  /** The size in bytes, if it is already known. This is a hint. */
  readonly size?: number | undefined;
  /** Reads up to `size` bytes at `position`.
   * @returns the bytes: fewer only at the end of the file, and none after it */
  pread(size: number, position: number | bigint, call: CallOptions): Promise<Uint8Array>;
  /** As `pread`, into `view`. Do not use `view` after the promise has settled.
   * @returns the number of bytes */
  preadinto?(view: Uint8Array, position: number | bigint, call: CallOptions): Promise<number>;
  /**
   * Reads several ranges in one call, for files where reading a gap costs less than another request. Without it, the library
   * reads the ranges one by one.
   * @returns for each range up to `size` bytes: fewer only at the end of the file
   */
  preadMany?(
    ranges: readonly { readonly position: number | bigint; readonly size: number }[],
    call: CallOptions,
  ): Promise<readonly Uint8Array[]>;
  /**
   * Writes all of `data` at `position`. Every file that is opened for writing has it, except with `O_APPEND`. The data belongs
   * to the library and does not change during the call. If it fails, `bytesWritten` of the error is the number of bytes
   * written.
   * @returns `data.length`
   */
  pwrite?(data: Uint8Array, position: number | bigint, call: CallOptions): Promise<number>;
  /** Writes all of `data` at the current end of the file. Every file that is opened with `O_APPEND` has it.
   * @returns `data.length` */
  append?(data: Uint8Array, call: CallOptions): Promise<number>;
  /** Truncates or extends the file to `size` bytes (capability `truncate`). */
  truncate?(size: number | bigint, call: CallOptions): Promise<void>;
  /** Makes the written data durable. */
  sync?(call: CallOptions): Promise<void>;
  /**
   * Locks a range for this file without waiting. `shared` locks exclude only locks that are not shared. Requires
   * `capabilities.locks`. The library keeps the callers of this process in order. It never requests a range that this file has
   * locked (except for a second shared lock). If a request fails, it tries again after a pause.
   * @returns false if a lock of another open file conflicts with it
   */
  tryLock?(range: LockRange, shared: boolean, call: CallOptions): Promise<boolean>;
  /** Releases this file's locks in the range. `close` and `abort` release all of them. */
  unlock?(range: LockRange): Promise<void>;
  /** Gets the status of the file.
   * @returns its kind and size; times and permissions if they are known */
  stat(call: CallOptions): Promise<StatsLike | BigIntStats>;
  /** Publishes the written data, and closes the file. Called once. */
  close(): Promise<void>;
  /** Closes the file without publishing the written data, if possible. Called instead of `close`. */
  abort?(reason?: unknown): Promise<void>;
  /**
   * Writes synchronously at `position`, or at the end if it is undefined. Used for data that is still buffered at process exit.
   * Without it, the data is lost, and the exit code is not 0.
   */
  writeNow?(data: Uint8Array, position: number | undefined): void;
}
