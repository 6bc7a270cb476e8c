// What all handles share, of bytes and of text: questions about the file, its locks, the order of calls, and closing.
import type { BigIntStats, Stats } from 'node:fs';
import { inspect, type InspectOptions } from 'node:util';

import { flag, optionReader, readCall } from '../arguments/options.js';
import { ClosedFileError, UnsupportedOperationError } from '../errors/index.js';
import { refuseForbiddenUse } from '../filesystem/layers.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { AwaitedRead } from './awaited-read.js';
import { asyncDispose } from './dispose.js';
import { type FileLock, lockHandle, type LockOptions } from './file-lock.js';
import type { RawIO } from './raw-io.js';
import { Sequence } from './sequence.js';

/** Options of `stat`. */
export interface StatOptions extends OpOptions {
  /** Resolves to BigIntStats. Default false. */
  bigint?: boolean | undefined;
}

const readStatOptions = optionReader({ bigint: flag(false) });

/** A handle in JSON. The bytes of a path are shown as text. */
interface HandleDescription {
  name: string | number | null;
  mode: string;
  closed: boolean;
}

// A function cannot be cloned. Without this field, structuredClone would make an object that looks like the handle but does not
// work.
const refuseClone = (): void => undefined;

/** Why a handle cannot be used after `detach`. `below` is what it gave away. */
export function detachedError(below: 'file' | 'buffer'): ClosedFileError {
  return new ClosedFileError(`the underlying ${below} has been detached`);
}

/** The methods that all handles have. */
export abstract class Handle {
  /** What was given to `open`: the path, the descriptor, or the bytes of a path. */
  abstract readonly name: string | number | Uint8Array;
  /** The mode: in a text file as it was given, in others as Python spells it. */
  readonly mode: string;
  /** True after `close` was called on this handle, or on another layer of the same file. */
  abstract readonly closed: boolean;
  /** @internal */
  abstract readonly _io: RawIO;
  /** @internal */
  readonly _sequence = new Sequence();
  /** @internal structuredClone and postMessage reject with DataCloneError. */
  readonly _uncloneable = refuseClone;
  /** @internal Whether `detach` was called. */
  _detached = false;

  /** @internal */
  constructor(mode: string) {
    this.mode = mode;
  }

  /**
   * Gets the file descriptor. It belongs to the handle: do not close it.
   * @returns the descriptor
   * @throws ClosedFileError; UnsupportedOperationError if the file is not a file of the operating system
   * @example const fd = f.fileno();
   */
  fileno(): number {
    this._check();
    const { fd } = this._io.file;
    if (fd < 0) throw new UnsupportedOperationError('the file has no descriptor');
    return fd;
  }

  /**
   * Tests whether the file is a terminal.
   * @returns true if it is
   * @example const colour = await stdout.isatty();
   */
  async isatty(): Promise<boolean> {
    this._check();
    return this._io.file.isatty();
  }

  /**
   * Tests whether the mode allows reading.
   * @returns true if it does
   */
  readable(): boolean {
    this._check();
    return this._io.mode.readable;
  }

  /**
   * Tests whether the mode allows writing.
   * @returns true if it does
   */
  writable(): boolean {
    this._check();
    return this._io.mode.writable;
  }

  /**
   * Tests whether the file has a position that can be set. Pipes and terminals do not.
   * @returns true if it does
   */
  async seekable(): Promise<boolean> {
    this._check();
    return this._io.file.seekable;
  }

  /**
   * Gets the status of the file.
   * @returns node:fs Stats, or BigIntStats with `{ bigint: true }`
   * @example const { size } = await f.stat();
   */
  stat(o: StatOptions & { bigint: true }): Promise<BigIntStats>;
  stat(o?: StatOptions): Promise<Stats>;
  async stat(o?: StatOptions): Promise<Stats | BigIntStats> {
    this._check();
    this._refuseForbidden('stat');
    const { bigint, call } = readStatOptions(o);
    return bigint ? this._io.file.statBigInt(call) : this._io.file.stat(call);
  }

  /**
   * Writes the handle's buffer to the operating system (a RawFile has none), and sets the descriptor's position to the handle's, for
   * other users of the descriptor.
   * @throws the system's error; data that was not written stays in the buffer for the next flush
   * @example await f.flush();
   */
  abstract flush(o?: OpOptions): Promise<void>;

  /**
   * Flushes, then calls fsync(2), so that the content is on the disk. After a failure, each later `sync` and the `close` reject.
   * @example await f.sync();
   */
  abstract sync(o?: OpOptions): Promise<void>;

  /** As `sync`, with fdatasync(2), which omits metadata that is not needed to read the file. */
  abstract datasync(o?: OpOptions): Promise<void>;

  /**
   * Locks a range of the file; by default, the whole file. Waits for earlier requests in this thread, in call order, and for
   * other threads and processes. Waiting uses no thread. All handles exclude each other, even within one process. A second lock
   * of the same bytes through the same handle waits for the first.
   *
   * When the lock is granted, the handle discards data that it has read ahead. `release` flushes the handle's buffer. The lock
   * ends when the handle is closed and when the process ends. See docs/locks.md for network file systems.
   * @param o `shared` (false), `position` (bytes, also in a text file; 0), `size` (bytes; 0: to the end of the file, even if it
   *   grows), `signal`, `lane`, `timeout` (of the wait)
   * @returns the lock, which `await using` releases
   * @throws ClosedFileError, including when the handle is closed during the wait; UnsupportedOperationError if the handle is not
   *   writable (for a shared lock, not readable) or the file system has no locks; ENOLCK and other errors of the system;
   *   TypeError and RangeError for the options; AbortError, TimeoutError
   * @cancelling ends the wait
   * @platforms locks are advisory, except on Windows, where other programs cannot read or write the locked range
   * @example
   * await using lock = await f.lock({ timeout: 1000 });
   * await f.write(record);
   */
  lock(o?: LockOptions): Promise<FileLock> {
    return lockHandle(this, true, o) as Promise<FileLock>;
  }

  /**
   * As `lock`, but does not wait.
   * @returns the lock, or null if another lock or an earlier request conflicts with it
   * @example const lock = await f.tryLock();
   */
  tryLock(o?: LockOptions): Promise<FileLock | null> {
    return lockHandle(this, false, o);
  }

  /** @internal Discards what was read ahead, because other handles may have changed it. */
  abstract _refresh(): Promise<void>;

  /** @internal Writes what is buffered, before a lock is released. */
  _flushLocked(): Promise<void> {
    return this.flush();
  }

  /**
   * Flushes the buffer, waits for pending operations and closes the file. Later calls reject immediately. Closing again has no
   * effect. `close` waits for writes, but not for reads that wait for a pipe, a terminal or a socket: these return the bytes that
   * are available, or reject with ClosedFileError.
   * @throws the error of the flush, of an earlier `sync` or of close(2); the descriptor is closed in any case
   * @example await f.close();
   */
  abstract close(): Promise<void>;

  /** Closes the file. `await using` calls this at the end of the block. */
  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Whether written data becomes visible only after `close`, and never after `_abort`. */
  get _publishes(): boolean {
    return this._io.file.abort !== undefined;
  }

  /** @internal Closes because of an error. If the file system can, the written data is not published. */
  abstract _abort(reason: unknown): Promise<void>;

  /**
   * Describes the handle for `JSON.stringify`.
   * @returns its name, its mode, and whether it is closed
   */
  toJSON(): HandleDescription {
    const { name, mode, closed } = this;
    return { name: name instanceof Uint8Array ? Buffer.from(name).toString() : name, mode, closed };
  }

  /**
   * Describes the handle for `util.inspect` and `console.log`.
   * @returns a string with its name, mode and state
   */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const { fd } = this._io.file;
    // Only files of the operating system have a descriptor.
    const state = this._detached ? ' detached' : this.closed ? ' closed' : fd < 0 ? '' : ` fd=${fd}`;
    const shown = `${inspect(this.name, options)} mode=${inspect(this.mode, options)}${this._settings()}`;
    return `${this.constructor.name} { ${shown}${state} }`;
  }

  /** @internal What `inspect` shows in addition. */
  _settings(): string {
    return '';
  }

  // --- checks and order -----------------------------------------------------------------------------------------------

  /** @internal Why the handle cannot be used, if it cannot. */
  abstract _problem(): Error | undefined;

  /** @internal */
  _check(): void {
    const problem = this._problem();
    if (problem !== undefined) throw problem;
  }

  /** @internal */
  abstract _checkReadable(): void;
  /** @internal */
  abstract _checkWritable(): void;

  /** @internal Throws inside `noFiles`. */
  _refuseForbidden(op: string): void {
    refuseForbiddenUse(op, this._io.file, this.name);
  }

  /** @internal A call that may wait indefinitely keeps the process alive only while it is awaited. */
  _whileAwaited<T>(read: Promise<T>): Promise<T> {
    return this._io.file.polled === true ? AwaitedRead.following(read) : read;
  }

  /** @internal Makes the Call of the options. `op` names the operation that `noFiles` forbids. */
  _stateful<T>(o: OpOptions | undefined, work: (call?: Call) => Promise<T>, op?: string): Promise<T> {
    try {
      this._check();
      if (op !== undefined) this._refuseForbidden(op);
      return this._sequence.run(work, readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal A stateful read, whose arguments have been checked. */
  _reads<T>(read: (call?: Call) => Promise<T>, call: Call | undefined): Promise<T> {
    return this._whileAwaited(this._sequence.run(read, call, this._io.file.polled !== true));
  }

  /** @internal A call that reads: `prepare` checks the arguments immediately, and returns the function to run in turn. */
  _reading<T>(o: OpOptions | undefined, prepare: () => (call?: Call) => Promise<T>): Promise<T> {
    try {
      this._checkReadable();
      return this._reads(prepare(), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal */
  _writing<T>(o: OpOptions | undefined, prepare: () => (call?: Call) => Promise<T>): Promise<T> {
    try {
      this._checkWritable();
      return this._sequence.run(prepare(), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
