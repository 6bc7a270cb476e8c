// The open file under the file objects. Real files implement it with the addon (native/store). Files of mounted file systems get
// it from positioned.ts.
import type { BigIntStats, Stats } from 'node:fs';

import type { OpOptions } from '../schedule/options.js';
import type { LockRange } from './filesystem.js';

/** The type of an open file. Only regular files and block devices have positions. */
export type FileKind = 'regular' | 'directory' | 'fifo' | 'character' | 'socket' | 'block' | 'other';

/**
 * The key under which an error carries the bytes of a stateful read that ended too late for its signal or timeout. The file's
 * position has moved, so the layer above keeps the bytes for the next read.
 */
export const unreadBytes: unique symbol = Symbol('bytes of a read that ended too late');

/** As a position: the file's own position. */
export const CURRENT = -1;

/** Bytes of a file. */
export interface FileRange {
  readonly position: number | bigint;
  readonly size: number;
}

/** A whole file and its status, which were read at once. */
export interface StatedFile {
  readonly stats: Stats;
  readonly bytes: Buffer;
}

/**
 * An open file. Stateful calls (`read`, `readinto`, `readToEnd`, `write`, `seek`) share the file's position. The layer above makes
 * them one at a time. Positional calls may run in parallel. `write` and `pwrite` take their data at the call. Errors are in
 * Node's shape. After `close`, every other call rejects.
 */
export interface OpenFile {
  /** The descriptor, or -1 where there is none. */
  readonly fd: number;
  readonly kind: FileKind;
  /** Whether `close` closes the descriptor. False with `closefd: false`. */
  readonly owned: boolean;
  /** Whether the file has a position that can be set. */
  readonly seekable: boolean;
  /** The position when the file was opened. */
  readonly openedAt: number;
  /** Whether stateful calls may block indefinitely: a FIFO, a terminal, a socket. Missing means false. */
  readonly polled?: boolean;

  /**
   * One read at the position, after setting it to `at` unless that is CURRENT; with `fully`, reads until `size` bytes or
   * the end. Resolves to an empty Buffer at the end of the file.
   */
  read(size: number, at: number, fully: boolean, o?: OpOptions): Promise<Buffer>;
  /** As `read`, into memory of the caller, which is touched on the loop thread only. */
  readinto(view: Uint8Array, at: number, o?: OpOptions): Promise<number>;
  /** Everything from the position (or `at`) to the end. */
  readToEnd(at: number, o?: OpOptions): Promise<Buffer>;
  /** All of `data`, after setting the position to `at` unless that is CURRENT. An error has `bytesWritten`. */
  write(data: Uint8Array, at: number, transferred: boolean, o?: OpOptions): Promise<number>;
  /** Like `write` in append mode; resolves to the position after it. */
  writeToEnd(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number>;
  /** Sets the position and resolves to it. */
  seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number>;

  pread(size: number, position: number | bigint, o?: OpOptions, fully?: boolean): Promise<Buffer>;
  preadinto(view: Uint8Array, position: number | bigint, o?: OpOptions, fully?: boolean): Promise<number>;
  /** As `preadinto`, for memory that nobody else sees meanwhile, so that any thread may fill it. */
  preadOver?(memory: Uint8Array, position: number | bigint, o?: OpOptions, fully?: boolean): Promise<number>;
  /** Several ranges at once, each as `pread` gives it; for files where reading a gap costs less than another request. */
  preadMany?(ranges: readonly FileRange[], o?: OpOptions): Promise<Buffer[]>;
  pwrite(data: Uint8Array, position: number | bigint, o?: OpOptions, transferred?: boolean): Promise<number>;

  truncate(size: number | bigint, o?: OpOptions): Promise<void>;
  sync(o?: OpOptions): Promise<void>;
  datasync(o?: OpOptions): Promise<void>;
  stat(o?: OpOptions): Promise<Stats>;
  statBigInt(o?: OpOptions): Promise<BigIntStats>;
  isatty(): Promise<boolean>;
  /** The file system's name, for errors. Missing for real files. */
  readonly fileSystem?: string | undefined;
  /** Where files can be locked: the space in which device and inode number name one file. */
  readonly lockSpace?: object | undefined;
  /** Locks a range without waiting; false where a lock of another open file is in the way. Where there is a `lockSpace`. */
  tryLock?(range: LockRange, shared: boolean, o?: OpOptions): Promise<boolean>;
  /** Whether nobody else has the memory of what `read` resolves to, if the result is as long as its memory. */
  readonly givesMemory?: boolean;
  /** The status, if that takes no thread; else undefined. */
  statInline?(o?: OpOptions): Stats | undefined;
  /** As `pread`, where the bytes are cached and few; else undefined. For a file that was opened without a thread just now. */
  preadInline?(size: number, position: number, o?: OpOptions): Buffer | undefined;
  /** Closes a file through which nothing was written, if that takes no thread. Otherwise false, and it stays open. */
  closeInline?(): boolean;
  /** Releases this file's locks in the range. */
  unlock?(range: LockRange): Promise<void>;
  /** For `close` of polled files: from now on, stateful reads return what is there or reject, and do not wait. */
  stopWaiting?(): void;
  /** Waits for what is in flight, then closes; called once. */
  close(): Promise<void>;
  /** Called instead of `close` to drop the content of a file that `close` would publish. */
  abort?(reason?: unknown): Promise<void>;
  /**
   * Instead of a last `write` and `close`, where a file can do both in one operation: undefined when it cannot now. It is
   * closed regardless of the outcome of the write.
   */
  finish?(data: Uint8Array, at: number): Promise<unknown> | undefined;

  /**
   * Releases the open descriptor, if there is one and no operation uses it. The file is closed then. Otherwise false.
   */
  release?(): boolean;

  /**
   * For process exit, when nothing can be awaited: cancels the `write` or `append` in flight, or blocks until it is done. Returns
   * the number of bytes written.
   */
  settleNow(): number;
  /** For process exit: writes at `at` or at the position, synchronously. */
  writeNow(data: Uint8Array, at: number): void;
}

/** Closes a file because of an error, which is the one to report. If the file system can, what was written is not published. */
export async function dropFile(file: Pick<OpenFile, 'abort' | 'close'>, reason: unknown): Promise<void> {
  await (file.abort?.(reason) ?? file.close()).catch(() => undefined);
}
