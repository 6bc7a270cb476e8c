// The part of a text file that is not about text: name, mode, order of calls, and closing.
import type { BigIntStats, Stats } from 'node:fs';
import { inspect, type InspectOptions } from 'node:util';

import { readCall } from '../arguments/options.js';
import { ClosedFileError } from '../errors/index.js';
import type { ResolvedText } from './text-options.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import type { ErrorHandlerName } from '../text/codec.js';
import type { BinaryFile } from './binary-file.js';
import { describeHandle, type HandleDescription, refuseClone, stateOf } from './describe.js';
import { asyncDispose } from './dispose.js';
import type { LockableHandle } from './file-lock.js';
import type { StatOptions } from './handle.js';
import { Lockable } from './lockable.js';
import { Sequence } from './sequence.js';
import { TextIO } from './text-io.js';

/** The part of TextFile that does not touch text. */
export abstract class TextHandle extends Lockable {
  /** The buffered file below. While text is being read, its position is ahead of the position in the text. */
  readonly buffer: BinaryFile;
  /** The mode that was passed to `open`. */
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
    super();
    this.buffer = buffer;
    this.mode = mode;
    this._io = new TextIO(buffer, text);
  }

  /** The path (a string or bytes) or descriptor that was passed to `open`. */
  get name(): string | number | Uint8Array {
    return this.buffer.name;
  }

  /** True after `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined || this.buffer.closed;
  }

  /** The encoding that was passed to `open`. */
  get encoding(): string {
    return this._io.text.encoding;
  }

  /** The error handler. */
  get errors(): ErrorHandlerName {
    return this._io.text.errors;
  }

  /** The kinds of line endings read so far: null, a string, or an array of several. */
  get newlines(): string | string[] | null {
    return this._io.window.newlines.seen;
  }

  /** Whether each line ending that is written flushes the buffer. */
  get lineBuffering(): boolean {
    return this._io.lineBuffering;
  }

  /**
   * Gets the file descriptor. It belongs to the handle: do not close it.
   * @returns the descriptor
   * @example const fd = f.fileno();
   */
  fileno(): number {
    this._check();
    return this.buffer.fileno();
  }

  /**
   * Tests whether the file is a terminal.
   * @returns true if it is
   * @example const colour = await stdout.isatty();
   */
  isatty(): Promise<boolean> {
    return this._direct(() => this.buffer.isatty());
  }

  /**
   * Tests whether the mode allows reading.
   * @returns true if it does
   */
  readable(): boolean {
    this._check();
    return this.buffer.readable();
  }

  /**
   * Tests whether the mode allows writing.
   * @returns true if it does
   */
  writable(): boolean {
    this._check();
    return this.buffer.writable();
  }

  /**
   * Tests whether the file has a position that can be set. Pipes and terminals do not.
   * @returns true if it does
   */
  seekable(): Promise<boolean> {
    return this._direct(() => this.buffer.seekable());
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  /**
   * Gets the status of the file.
   * @returns node:fs Stats, or BigIntStats with `{ bigint: true }`
   * @example const { size } = await f.stat();
   */
  stat(o: StatOptions & { bigint: true }): Promise<BigIntStats>;
  stat(o?: StatOptions): Promise<Stats>;
  stat(o?: StatOptions): Promise<Stats | BigIntStats> {
    return this._direct<Stats | BigIntStats>(() => this.buffer.stat(o));
  }

  /**
   * Writes the handle's buffer to the operating system. Data that cannot be written stays in the buffer for the next flush.
   * @example await f.flush();
   */
  flush(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.flush(o));
  }

  /**
   * Flushes, then calls fsync(2), so that the content is on the disk. After a failure, each later `sync` and the `close` reject.
   * @example await f.sync();
   */
  sync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.sync(o));
  }

  /** As `sync`, with fdatasync(2), which omits metadata that is not needed to read the file. */
  datasync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (o) => this.buffer.datasync(o));
  }

  /** @internal */
  _lockable(): LockableHandle {
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
   * Separates the binary file from this handle, which cannot be used any more. The binary file has the position that the text
   * had. Data that was written is flushed before the first operation of the binary file.
   * @returns the binary file
   * @example const bytes = text.detach();
   */
  detach(): BinaryFile {
    this._check();
    this.#detached = true;
    // What could not be flushed stays in the buffer: the binary file's next flush or close tells.
    this._sequence.run(() => this._io.leave()).catch(() => undefined);
    return this.buffer;
  }

  /**
   * Flushes the buffer, waits for earlier calls and closes the file. Closing again has no effect.
   * @throws the error of the flush, of an earlier `sync` or of close(2); the descriptor is closed in any case
   * @example await f.close();
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

  /** Closes the file. `await using` calls this at the end of the block. */
  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Describes the handle for `JSON.stringify`.
   * @returns its name, its mode, and whether it is closed
   */
  toJSON(): HandleDescription {
    return describeHandle(this);
  }

  /**
   * Describes the handle for `util.inspect` and `console.log`.
   * @returns a string with its name, mode and state
   */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const state = stateOf(this.#detached, this.closed, this.buffer._io.file.fd);
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
