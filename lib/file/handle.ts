// What all handles of bytes share: name, mode, order of calls, and closing.
import type { BigIntStats, Stats } from 'node:fs';
import { inspect, type InspectOptions } from 'node:util';

import { flag, optionReader } from '../arguments/options.js';
import { ClosedFileError, UnsupportedOperationError } from '../errors/index.js';
import { forbidding, refuseForbiddenUse } from '../filesystem/layers.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { AwaitedRead } from './awaited-read.js';
import { describeHandle, type HandleDescription, refuseClone, stateOf } from './describe.js';
import { asyncDispose } from './dispose.js';
import { forgetCollection } from './garbage.js';
import { Lockable } from './lockable.js';
import type { FileLocks } from './locks.js';
import type { RawIO } from './raw-io.js';
import { Sequence } from './sequence.js';

/** Options of `stat`. */
export interface StatOptions extends OpOptions {
  /** Resolve to BigIntStats. */
  bigint?: boolean | undefined;
}

const readStatOptions = optionReader({ bigint: flag(false) });

/** The part of a file of bytes that neither reads nor writes. */
export abstract class Handle extends Lockable {
  /** What was given to `open`: the path, the descriptor, or the bytes of a path. */
  readonly name: string | number | Uint8Array;
  /** The mode, as Python spells it. */
  readonly mode: string;
  /** @internal */
  readonly _io: RawIO;
  /** @internal */
  readonly _sequence = new Sequence();
  /** @internal structuredClone and postMessage reject with DataCloneError. */
  readonly _uncloneable = refuseClone;
  #detached = false;

  /** @internal */
  constructor(io: RawIO, name: string | number | Uint8Array, mode: string) {
    super();
    this._io = io;
    this.name = name;
    this.mode = mode;
  }

  /** True after `close` was called on this handle, or on another layer of the same file. */
  get closed(): boolean {
    return this._io.closing !== undefined;
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
  isatty(): Promise<boolean> {
    const closed = this._problem();
    return closed !== undefined ? Promise.reject(closed) : this._io.file.isatty();
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
  seekable(): Promise<boolean> {
    const closed = this._problem();
    return closed !== undefined ? Promise.reject(closed) : Promise.resolve(this._io.file.seekable);
  }

  /** @internal Why the handle cannot be used, if it cannot. */
  _problem(): Error | undefined {
    if (this.#detached) return new ClosedFileError('the underlying file has been detached');
    return this._io.closing !== undefined ? new ClosedFileError() : undefined;
  }

  /** @internal */
  _check(): void {
    const problem = this._problem();
    if (problem !== undefined) throw problem;
  }

  /** @internal */
  _checkReadable(): void {
    if (this._io.closing !== undefined || this.#detached) this._check();
    if (forbidding.contexts !== 0) this._refuseForbidden('read');
    if (!this._io.mode.readable)
      throw new UnsupportedOperationError('not readable: the file was opened for writing only');
  }

  /** @internal */
  _checkWritable(): void {
    if (this._io.closing !== undefined || this.#detached) this._check();
    if (forbidding.contexts !== 0) this._refuseForbidden('write');
    if (!this._io.mode.writable)
      throw new UnsupportedOperationError('not writable: the file was opened for reading only');
  }

  /** @internal Throws inside `noFiles`. */
  _refuseForbidden(op: string): void {
    refuseForbiddenUse(op, this._io.file, this.name);
  }

  /** @internal A stateful read. One that may wait for ever keeps the process alive only while somebody awaits it. */
  _reads<T>(read: (call?: Call) => Promise<T>, call: Call | undefined): Promise<T> {
    return this._whileAwaited(this._sequence.run(read, call));
  }

  /** @internal */
  _whileAwaited<T>(read: Promise<T>): Promise<T> {
    return this._io.file.polled === true ? AwaitedRead.following(read) : read;
  }

  /** @internal */
  _setDetached(): void {
    this.#detached = true;
  }

  // --- the file -----------------------------------------------------------------------------------------------------

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

  /** @internal Reads that wait for somebody else get what is there, now and from now on. */
  _stopWaiting(): void {
    this._io.file.stopWaiting?.();
  }

  /** @internal Flushes, in the turn of its caller. */
  abstract _flushInTurn(): Promise<void>;
  /** @internal The object whose collection would close the file. */
  abstract readonly _watched: object;
  /** @internal Closes what the subclass holds, in its turn. */
  abstract _closeInTurn(): Promise<void>;
  /** @internal Closes it without publishing, in its turn. */
  abstract _abortInTurn(reason: unknown): Promise<void>;

  /**
   * Flushes the buffer, waits for pending operations and closes the file. Later calls reject immediately. Closing again has no
   * effect. `close` waits for writes, but not for reads that wait for a pipe, a terminal or a socket: these return the bytes that
   * are available, or reject with ClosedFileError.
   * @throws the error of the flush, of an earlier `sync` or of close(2); the descriptor is closed in any case
   * @example await f.close();
   */
  close(): Promise<void> {
    return this.#end(() => this._closeInTurn());
  }

  /** @internal Whether what is written shows only after `close`, and never after `_abort`. */
  get _publishes(): boolean {
    return this._io.file.abort !== undefined;
  }

  /** @internal Closes because of an error. What was written is not published, where that is possible. */
  _abort(reason: unknown): Promise<void> {
    return this.#end(() => (this._publishes ? this._abortInTurn(reason) : this._closeInTurn()));
  }

  #end(inTurn: () => Promise<void>): Promise<void> {
    if (this.#detached) return Promise.reject(new ClosedFileError('the underlying file has been detached'));
    const { _io: io } = this;
    // Whoever comes second waits for the end, and learns nothing of its failure.
    if (io.closing !== undefined) return io.closing.catch(() => undefined);
    forgetCollection(this._watched);
    this._stopWaiting();
    io.locks?.closing();
    return (io.closing = this._sequence.run(async () => {
      await this._positionalBegun();
      const { locks } = io;
      if (locks === undefined) return inTurn();
      try {
        if (!io.file.owned) await this.#endLocks(locks);
        await inTurn();
      } finally {
        locks.closed();
      }
    }));
  }

  // A descriptor that stays open would keep them.
  async #endLocks(locks: FileLocks): Promise<void> {
    await this._flushInTurn().catch(() => undefined); // the close flushes again, and tells
    await locks.releaseAll();
  }

  /** Closes the file. `await using` calls this at the end of the block. */
  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Closing must not overtake positional calls that wait for the buffer. */
  abstract _positionalBegun(): Promise<unknown> | undefined;

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
    const state = stateOf(this.#detached, this.closed, this._io.file.fd);
    return `${this.constructor.name} { ${inspect(this.name, options)} mode=${inspect(this.mode, options)}${state} }`;
  }
}
