// What a text file has besides its text: its name, what it may do, the order of its calls, and its end.
import type { BigIntStats, Stats } from 'node:fs';
import { inspect, type InspectOptions } from 'node:util';

import { readCall } from '../arguments/options.js';
import { ClosedFileError } from '../errors/index.js';
import type { ResolvedText } from './text-options.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import type { ErrorHandlerName } from '../text/codec.js';
import type { BinaryFile } from './binary-file.js';
import { describeHandle, type HandleDescription, refuseClone } from './describe.js';
import { asyncDispose } from './dispose.js';
import { type FileLock, type LockableHandle, lockHandle, type LockOptions } from './file-lock.js';
import type { StatOptions } from './handle.js';
import { Sequence } from './sequence.js';
import { TextIO } from './text-io.js';

/** The part of TextFile that does not touch text. */
export abstract class TextHandle {
  /** The buffered file below. Its position is ahead of the text's while text is being read. */
  readonly buffer: BinaryFile;
  /** The mode as it was given to `open`. */
  readonly mode: string;
  /** @internal */
  _io: TextIO;
  /** @internal */
  readonly _sequence = new Sequence();
  /** @internal structuredClone and postMessage reject with DataCloneError. */
  readonly _uncloneable = refuseClone;
  #closing: Promise<void> | undefined;
  #detached = false;

  /** @internal */
  constructor(buffer: BinaryFile, mode: string, text: ResolvedText) {
    this.buffer = buffer;
    this.mode = mode;
    this._io = new TextIO(buffer, text);
  }

  /** What was given to `open`: the path, the descriptor, or the bytes of a path. */
  get name(): string | number | Uint8Array {
    return this.buffer.name;
  }

  /** True once `close` has been called. */
  get closed(): boolean {
    return this.#closing !== undefined || this.buffer.closed;
  }

  /** The encoding, as it was given. */
  get encoding(): string {
    return this._io.text.encoding;
  }

  /** The error handler. */
  get errors(): ErrorHandlerName {
    return this._io.text.errors;
  }

  /** The kinds of line ends read so far: null for none, a string for one, an array for several. */
  get newlines(): string | string[] | null {
    return this._io.window.newlines.seen;
  }

  /** Whether every line end that is written flushes. */
  get lineBuffering(): boolean {
    return this._io.lineBuffering;
  }

  /** The file descriptor, which stays the handle's own. Throws ClosedFileError. */
  fileno(): number {
    this._check();
    return this.buffer.fileno();
  }

  /** Whether the file is a terminal. */
  isatty(): Promise<boolean> {
    return this._direct(() => this.buffer.isatty());
  }

  /** Whether the mode allows reading. Throws ClosedFileError. */
  readable(): boolean {
    this._check();
    return this.buffer.readable();
  }

  /** Whether the mode allows writing. Throws ClosedFileError. */
  writable(): boolean {
    this._check();
    return this.buffer.writable();
  }

  /** Whether the file has a position that can be set. */
  seekable(): Promise<boolean> {
    return this._direct(() => this.buffer.seekable());
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  /** The file's status: node:fs Stats, or BigIntStats with `{ bigint: true }`. */
  stat(o: StatOptions & { bigint: true }): Promise<BigIntStats>;
  stat(o?: StatOptions): Promise<Stats>;
  stat(o?: StatOptions): Promise<Stats | BigIntStats> {
    return this._direct<Stats | BigIntStats>(() => this.buffer.stat(o));
  }

  /** Hands everything written so far to the kernel; what could not be written stays for the next flush. */
  flush(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.flush(o));
  }

  /** Flushes, then fsync(2). Once it has failed it rejects for ever. */
  sync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.sync(o));
  }

  /** Flushes, then fdatasync(2). */
  datasync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.datasync(o));
  }

  /** Locks bytes of the file, as BinaryFile's `lock` does. `position` and `size` are bytes. */
  lock(o?: LockOptions): Promise<FileLock> {
    return lockHandle(this.#lockable(), true, o) as Promise<FileLock>;
  }

  /** As `lock`, without waiting: resolves to null where a lock of others, or an earlier request, is in the way. */
  tryLock(o?: LockOptions): Promise<FileLock | null> {
    return lockHandle(this.#lockable(), false, o);
  }

  #lockable(): LockableHandle {
    return {
      name: this.name,
      io: this.buffer._io,
      check: (shared) => {
        this._check();
        if (shared) this.buffer._checkReadable();
        else this.buffer._checkWritable();
      },
      refresh: () => this._stateful(undefined, (o) => this._io.refresh(o)),
      flush: () => (this._problem() === undefined ? this.flush() : this.buffer.flush()),
    };
  }

  /**
   * Separates the binary file from this one and returns it, standing where the text stood; this handle is unusable from
   * then on. What was written is flushed before anything that is asked of the binary file.
   * @throws ClosedFileError
   */
  detach(): BinaryFile {
    this._check();
    this.#detached = true;
    // What could not be flushed stays in the buffer: the binary file's next flush or close tells.
    this._sequence.run(() => this._io.leave()).catch(() => undefined);
    return this.buffer;
  }

  /**
   * Flushes, waits for the calls made before and closes the file. Closing again does nothing.
   * @throws what the flush, an earlier failed `sync` or close(2) reports; the descriptor is closed all the same
   */
  close(): Promise<void> {
    return this.#end(() => this.buffer.close());
  }

  /** @internal Whether what is written shows only after `close`, and never after `_abort`. */
  get _publishes(): boolean {
    return this.buffer._publishes;
  }

  /** @internal Closes because of an error. What was written is not published, where that is possible. */
  _abort(reason: unknown): Promise<void> {
    return this.#end(() => this.buffer._abort(reason));
  }

  #end(inTurn: () => Promise<void>): Promise<void> {
    if (this.#detached) return Promise.reject(detachedError());
    if (this.#closing !== undefined) return this.#closing.catch(() => undefined);
    this.buffer._stopWaiting();
    return (this.#closing = this._sequence.run(inTurn));
  }

  /** Closes the file: `await using` calls it at the end of a block. */
  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What `JSON.stringify` shows: name, mode, and whether it is closed. */
  toJSON(): HandleDescription {
    return describeHandle(this);
  }

  /** What `util.inspect` and `console.log` show. */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const state = this.#detached ? ' detached' : this.closed ? ' closed' : ` fd=${this.buffer.fileno()}`;
    const shown = `${inspect(this.name, options)} mode=${inspect(this.mode, options)} encoding=${this.encoding}`;
    return `${this.constructor.name} { ${shown}${state} }`;
  }

  // --- checks and order -----------------------------------------------------------------------------------------------

  /** @internal */
  _problem(): Error | undefined {
    if (this.#detached) return detachedError();
    return this.#closing !== undefined ? new ClosedFileError() : this.buffer._problem();
  }

  /** @internal */
  _check(): void {
    const problem = this._problem();
    if (problem !== undefined) throw problem;
  }

  /** @internal */
  _checkWritable(): void {
    this._check();
    this.buffer._checkWritable();
  }

  /** @internal */
  _direct<T>(work: () => Promise<T>): Promise<T> {
    const problem = this._problem();
    return problem !== undefined ? Promise.reject(problem) : work();
  }

  /** @internal The options become a Call here, once. */
  _stateful<T>(o: OpOptions | undefined, work: (call?: Call) => Promise<T>): Promise<T> {
    try {
      this._check();
      return this._sequence.run(work, readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal A call that reads: `prepare` checks the arguments now and gives what to do when its turn comes. */
  _reading<T>(o: OpOptions | undefined, prepare: () => (call?: Call) => Promise<T>): Promise<T> {
    try {
      this._check();
      this.buffer._checkReadable();
      return this.buffer._whileAwaited(this._sequence.run(prepare(), readCall(o)));
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

function detachedError(): ClosedFileError {
  return new ClosedFileError('the underlying buffer has been detached');
}
