// The seam under the file object: what a store of bytes must be able to do. The native backend works on real files;
// memory (uvfiles/testing, spooled files) and remote stores stand in by implementing the same two interfaces.
import type { BigIntStats, Stats } from 'node:fs';

import type { OpOptions } from '../schedule/options.js';
import type { LockRange } from './filesystem.js';

/** What an open file is; only regular files and block devices have positions. */
export type FileKind = 'regular' | 'directory' | 'fifo' | 'character' | 'socket' | 'block' | 'other';

/**
 * An error of a stateful read that ended too late for its signal or timeout carries what it read under this symbol: the
 * file's position has moved, and the layer above keeps the bytes for the next read.
 */
export const unreadBytes: unique symbol = Symbol('bytes of a read that ended too late');

/** Instead of a position to seek to: wherever the file stands. */
export const CURRENT = -1;

/** Bytes of a file. */
export interface FileRange {
  readonly position: number | bigint;
  readonly size: number;
}

/**
 * One open file. Stateful calls (`read`, `readinto`, `readToEnd`, `write`, `seek`) share the file's position and are made
 * one at a time by the layer above; positional ones may run in parallel. Data given to `write` and `pwrite` is taken at
 * the call. Errors are in Node's shape. After `close` has been called every other call rejects.
 */
export interface OpenFile {
  /** The descriptor, or -1 where there is none. */
  readonly fd: number;
  readonly kind: FileKind;
  /** Whether `close` closes the descriptor; false for one that was lent (`closefd: false`). */
  readonly owned: boolean;
  /** Whether the file has a position that can be set. */
  readonly seekable: boolean;
  /** Where the position stood when the file was opened. */
  readonly openedAt: number;
  /** Whether stateful calls may have to wait for somebody else: a FIFO, a terminal, a socket. Left out: false. */
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
  /** As `preadinto`, where a backend can fill from any thread memory that nobody else sees meanwhile. */
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
  /** The file system's name, for errors. Left out: that of the system. */
  readonly fileSystem?: string | undefined;
  /** Where files can be locked: the space in which device and inode number name one file. */
  readonly lockSpace?: object | undefined;
  /** Locks a range without waiting; false where a lock of another open file is in the way. Where there is a `lockSpace`. */
  tryLock?(range: LockRange, shared: boolean, o?: OpOptions): Promise<boolean>;
  /** Gives up what this file has locked of the range. */
  unlock?(range: LockRange): Promise<void>;
  /** Where files are polled, for `close`: stateful reads get what is there or reject, now and from now on. */
  stopWaiting?(): void;
  /** Waits for what is in flight, then closes; called once. */
  close(): Promise<void>;
  /** Instead of `close`, where the file was to be published by it: what was written counts for nothing. */
  abort?(reason?: unknown): Promise<void>;
  /**
   * Instead of a last `write` and `close`, where a file can do both in one operation: undefined when it cannot now. It is
   * closed whatever becomes of the write.
   */
  finish?(data: Uint8Array, at: number): Promise<unknown> | undefined;

  /**
   * Gives the descriptor up, open, where there is one and no operation uses it: the file is closed then. False where
   * that cannot be.
   */
  release?(): boolean;

  /**
   * For process exit, when nothing can be awaited: cancels the `write` or `append` in flight or waits until the kernel is
   * done with it. Returns the bytes it got out.
   */
  settleNow(): number;
  /** For process exit: writes at `at` or at the position, and returns when it is written. */
  writeNow(data: Uint8Array, at: number): void;
}
