// What raw and buffered files have in common: what they are called, what they may do, positional I/O and closing.
import type { BigIntStats, Stats } from 'node:fs';
import { constants } from 'node:buffer';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import { inspect, type InspectOptions } from 'node:util';

import { takeOver, toBytes, toWritableBytes } from '../arguments/bytes.js';
import { checkCount, checkOffset, checkPosition, checkSize } from '../arguments/numbers.js';
import {
  ClosedFileError,
  invalidArgType,
  invalidArgValue,
  UnsupportedOperationError,
} from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { AwaitedRead } from './awaited-read.js';
import { asyncDispose } from './dispose.js';
import { forgetCollection } from './garbage.js';
import type { RawIO } from './raw-io.js';
import { readOver } from './read-over.js';
import { type ByteStreamOptions, byteStream, sinkStream, type StreamOptions, type Take } from './streams.js';
import { Sequence } from './sequence.js';

/** Options of a write. */
export interface WriteOptions extends OpOptions {
  /** Hands the memory over instead of copying it: the buffer is detached. Memory that cannot be moved is copied. */
  transfer?: boolean | undefined;
}

/** Options of `preadinto`. */
export interface ReadIntoOptions extends OpOptions {
  /** Hands the memory over for the read; what was read comes as a Buffer on it. */
  transfer?: boolean | undefined;
}

/** Options of `stat`. */
export interface StatOptions extends OpOptions {
  /** Resolve to BigIntStats. */
  bigint?: boolean | undefined;
}

/** A range of a file. */
export interface Range {
  /** First byte. */
  position: number | bigint;
  /** Bytes. */
  size: number;
}

/** The common part of RawFile and BinaryFile. */
export abstract class Handle {
  /** What was given to `open`: the path, the descriptor, or the bytes of a path. */
  readonly name: string | number | Uint8Array;
  /** The mode, as Python spells it. */
  readonly mode: string;
  /** @internal */
  readonly _io: RawIO;
  /** @internal */
  readonly _sequence = new Sequence();
  #detached = false;

  /** @internal */
  constructor(io: RawIO, name: string | number | Uint8Array, mode: string) {
    this._io = io;
    this.name = name;
    this.mode = mode;
  }

  /** True once `close` has been called, here or on another layer of the same file. */
  get closed(): boolean {
    return this._io.closing !== undefined;
  }

  /**
   * The file descriptor. It stays the handle's own: closing it elsewhere breaks both.
   * @throws ClosedFileError, UnsupportedOperationError for a file that is not one of the operating system
   */
  fileno(): number {
    this._check();
    const { fd } = this._io.file;
    if (fd < 0) throw new UnsupportedOperationError('the file has no descriptor');
    return fd;
  }

  /** Whether the file is a terminal. Rejects with ClosedFileError. */
  isatty(): Promise<boolean> {
    const closed = this._problem();
    return closed !== undefined ? Promise.reject(closed) : this._io.file.isatty();
  }

  /** Whether reading is allowed by the mode. Throws ClosedFileError. */
  readable(): boolean {
    this._check();
    return this._io.mode.readable;
  }

  /** Whether writing is allowed by the mode. Throws ClosedFileError. */
  writable(): boolean {
    this._check();
    return this._io.mode.writable;
  }

  /** Whether the file has a position that can be set. Rejects with ClosedFileError. */
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
    if (!this._io.mode.readable)
      throw new UnsupportedOperationError(`not readable: the file was opened with mode '${this.mode}'`);
  }

  /** @internal */
  _checkWritable(): void {
    if (this._io.closing !== undefined || this.#detached) this._check();
    if (!this._io.mode.writable)
      throw new UnsupportedOperationError(`not writable: the file was opened with mode '${this.mode}'`);
  }

  /** @internal A stateful read. One that may wait for ever keeps the process alive only while somebody awaits it. */
  _reads<T>(call: (o?: OpOptions) => Promise<T>, o?: OpOptions): Promise<T> {
    const read = this._sequence.run(call, o);
    return this._io.file.polled === true ? AwaitedRead.following(read) : read;
  }

  /** @internal */
  _setDetached(): void {
    this.#detached = true;
  }

  // --- positional ---------------------------------------------------------------------------------------------------

  /** @internal Brings what is buffered to the file before a positional call, where there is a buffer. */
  abstract _settleBuffer(o?: OpOptions): Promise<unknown> | undefined;
  /** @internal Whether positional reads go on after a short one. */
  abstract readonly _fully: boolean;

  /**
   * Reads `size` bytes at `position` without moving the handle's own position; runs in parallel with other calls.
   * @param size bytes; fewer are returned only at the end of the file (a RawFile may return fewer at any time)
   * @param position bytes from the start of the file
   * @returns a Buffer, empty at the end of the file
   * @throws ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE, ESPIPE on a pipe,
   *   AbortError, TimeoutError
   * @example const header = await f.pread(512, 0);
   */
  pread(size: number, position: number | bigint, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const bytes = checkSize(size, 'size', constants.MAX_LENGTH);
      const at = checkPosition(position, 'position');
      const settled = this._settleBuffer(o);
      if (settled !== undefined) return this.#preadAfter(settled, bytes, at, o);
      return this._io.file.pread(bytes, at, o, this._fully);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads at `position` into `view`, which is filled when the promise resolves and not before.
   *
   * With `{ transfer: true }` the memory is handed over for the read, as to a BYOB reader: the view is detached, and what
   * was read comes as a Buffer on the same memory. That spares the event loop a copy, some 100 us a MiB. Memory that cannot
   * be moved (a slice of Node's Buffer pool, shared memory, WebAssembly's) stays where it is, and is filled as without.
   * @returns bytes read: fewer than the view holds only at the end of the file (a RawFile: at any time)
   * @throws as `pread`, and handed-over memory is gone then; ERR_INVALID_STATE when the view was detached or resized
   * @example
   * let memory = new Uint8Array(1 << 20);
   * for (let at = 0; ; ) {
   *   const bytes = await f.preadinto(memory, at, { transfer: true });
   *   if (bytes.length === 0) break;
   *   hash.update(bytes);
   *   [at, memory] = [at + bytes.length, new Uint8Array(bytes.buffer)];
   * }
   */
  preadinto(
    view: ArrayBufferView,
    position: number | bigint,
    o: ReadIntoOptions & { transfer: true },
  ): Promise<Buffer>;
  preadinto(
    view: ArrayBufferView,
    position: number | bigint,
    o?: OpOptions & { transfer?: false | undefined },
  ): Promise<number>;
  preadinto(view: ArrayBufferView, position: number | bigint, o?: ReadIntoOptions): Promise<number | Buffer>;
  preadinto(view: ArrayBufferView, position: number | bigint, o?: ReadIntoOptions): Promise<number | Buffer> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      const at = checkPosition(position, 'position');
      if (o?.transfer === true) return this.#preadOver(bytes, at, o);
      const settled = this._settleBuffer(o);
      if (settled !== undefined) return this.#preadintoAfter(settled, bytes, at, o);
      return this._io.file.preadinto(bytes, at, o, this._fully);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #preadOver(view: Uint8Array, at: number | bigint, o: ReadIntoOptions): Promise<Buffer> {
    return readOver(this._io.file, view, at, this._fully, o, (read) => {
      const settled = this._settleBuffer(o);
      return settled === undefined ? read() : this.#after(settled, read);
    });
  }
  // Methods of their own, so that the closures cost nothing where there is nothing to wait for.
  #preadAfter(settled: Promise<unknown>, size: number, at: number | bigint, o?: OpOptions): Promise<Buffer> {
    return this.#after(settled, () => this._io.file.pread(size, at, o, this._fully));
  }
  #preadintoAfter(
    settled: Promise<unknown>,
    bytes: Uint8Array,
    at: number | bigint,
    o?: OpOptions,
  ): Promise<number> {
    return this.#after(settled, () => this._io.file.preadinto(bytes, at, o, this._fully));
  }

  // Positional calls that wait for the buffer, each until it has begun: closing must not overtake them. Made for the first.
  #starting: Set<Promise<unknown>> | undefined;

  #after<T>(settled: Promise<unknown>, call: () => Promise<T>): Promise<T> {
    const result = settled.then(call);
    const starting = (this.#starting ??= new Set());
    const done = (): void => {
      starting.delete(begun);
    };
    const begun: Promise<void> = settled.then(done, done);
    starting.add(begun);
    return result;
  }

  /** @internal What was read ahead is stale after a positional write. */
  abstract _dropReadAhead(): void;

  /**
   * Writes all bytes of `data` at `position`; runs in parallel with other calls. The bytes are those at the call.
   * (In append mode Linux appends whatever the position: pwrite(2), BUGS.)
   * @returns the bytes written: all of them
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError ERR_INVALID_ARG_TYPE, RangeError
   *   ERR_OUT_OF_RANGE, and the system's errors with `bytesWritten`
   */
  pwrite(
    data: ArrayBufferView | ArrayBufferLike,
    position: number | bigint,
    o?: WriteOptions,
  ): Promise<number> {
    try {
      this._checkWritable();
      let bytes = toBytes(data);
      const at = checkPosition(position, 'position');
      const transferred = o?.transfer === true;
      if (transferred) bytes = takeOver(bytes, o);
      this._dropReadAhead();
      return this.#written(this.#pwrite(bytes, at, transferred, o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #pwrite(bytes: Uint8Array, at: number | bigint, transferred: boolean, o?: WriteOptions): Promise<number> {
    const settled = this._settleBuffer(o);
    if (settled === undefined) return this._io.file.pwrite(bytes, at, o, transferred);
    const kept = transferred ? bytes : Uint8Array.prototype.slice.call(bytes);
    return this.#after(settled, () => this._io.file.pwrite(kept, at, o, true));
  }

  // A read that ran beside the write may have read the old bytes ahead.
  #written(writing: Promise<number>): Promise<number> {
    const drop = (): void => {
      this._dropReadAhead();
    };
    writing.then(drop, drop);
    return writing;
  }

  /**
   * Several positional reads at once.
   * @returns a Buffer a range, in the order of the ranges
   * @throws as `pread`, before any read when a range is invalid
   */
  readMany(ranges: readonly Range[], o?: OpOptions): Promise<Buffer[]> {
    try {
      this._checkReadable();
      if (!isArray(ranges)) throw invalidArgType('ranges', 'an instance of Array', ranges);
      for (const [index, range] of (ranges as readonly (Partial<Range> | null | undefined)[]).entries()) {
        checkSize(range?.size, `ranges[${index}].size`, constants.MAX_LENGTH);
        checkPosition(range?.position, `ranges[${index}].position`);
      }
      return Promise.all(ranges.map(({ position, size }) => this.pread(size, position, o)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // --- web streams --------------------------------------------------------------------------------------------------

  abstract write(data: ArrayBufferView | ArrayBufferLike, o?: WriteOptions): Promise<number>;
  abstract flush(o?: OpOptions): Promise<void>;
  /** @internal Reads once, in turn. What `take` refuses stays with the handle. */
  abstract _offer(size: number, take: Take<Uint8Array>, call: Call): Promise<void>;
  /** @internal The position, or 0 where there is none. */
  abstract _place(call: Call): Promise<number>;

  /**
   * The rest of the file, or the bytes from `start` to `end`, as a web stream of bytes. Readers may bring buffers of their
   * own ("byob"). The stream reads a chunk when its consumer asks for one. Without `start` the stream moves the handle's
   * position; with it, several streams of one handle can run side by side.
   *
   * Cancelling ends a read that waits; bytes that were read for the stream and not delivered stay with the handle. The handle
   * stays open and usable, unless `{ close: true }` hands it over to the stream.
   * @param o `start` (bytes; the position), `end` (exclusive; the end of the file), `chunkSize` (bytes; 64 KiB growing to 256
   *   KiB), `close` (false), `signal`, `lane`, `timeout` (of each read)
   * @throws ClosedFileError, UnsupportedOperationError (not readable), TypeError and RangeError for the options
   * @example return new Response((await open('film.mp4', 'rb')).readableStream({ start, end, close: true }));
   */
  readableStream(o?: ByteStreamOptions): ReadableStream<Uint8Array> {
    this._checkReadable();
    return byteStream(this, o);
  }

  /** @internal */
  async _preadPiece(size: number, position: number, call: Call): Promise<Uint8Array> {
    const settled = this._settleBuffer(call);
    if (settled !== undefined) await settled;
    this._checkReadable();
    const memory = new Uint8Array(size);
    const { file } = this._io;
    const count = await (file.preadOver?.(memory, position, call, false) ??
      file.preadinto(memory, position, call, false));
    return count === size ? memory : memory.slice(0, count);
  }

  /**
   * A web stream that writes its chunks at the handle's position. Closing it flushes. Aborting it ends a write that waits, and
   * aborts what `openAtomic` has opened. Otherwise the handle stays open, unless `{ close: true }` hands it over to the stream.
   * @param o `close` (false), `signal`, `lane`, `timeout` (of each write)
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError for the options
   * @example await response.body.pipeTo(f.writableStream());
   */
  writableStream(o?: StreamOptions): WritableStream<ArrayBufferView | ArrayBufferLike> {
    this._checkWritable();
    return sinkStream<ArrayBufferView | ArrayBufferLike>(this, o);
  }

  /** @internal */
  _writeChunk(chunk: ArrayBufferView | ArrayBufferLike, call: Call): Promise<number> {
    return this.write(chunk, call);
  }

  /** @internal */
  _flush(call: Call): Promise<void> {
    return this.flush(call);
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  /**
   * The file's status.
   * @returns node:fs Stats, or BigIntStats with `{ bigint: true }`
   */
  stat(o: StatOptions & { bigint: true }): Promise<BigIntStats>;
  stat(o?: StatOptions): Promise<Stats>;
  stat(o?: StatOptions): Promise<Stats | BigIntStats> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return o?.bigint === true ? this._io.file.statBigInt(o) : this._io.file.stat(o);
  }

  /** @internal The object whose collection would close the file. */
  abstract readonly _watched: object;
  /** @internal Closes what the subclass holds, in its turn. */
  abstract _closeInTurn(): Promise<void>;
  /** @internal Closes it without publishing, in its turn. */
  abstract _abortInTurn(reason: unknown): Promise<void>;

  /**
   * Flushes, waits for the operations in flight and closes the file. Calls made after it reject at once; closing again
   * does nothing. Reads that wait for a pipe, a terminal or a socket are not waited for: they get what is there, else they
   * reject with ClosedFileError. Writes are.
   * @throws what the flush, an earlier failed `sync` or close(2) reports; the descriptor is closed all the same
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
    io.file.stopWaiting?.();
    return (io.closing = this._sequence.run(async () => {
      if (this.#starting !== undefined) await Promise.all(this.#starting);
      return inTurn();
    }));
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  [inspect.custom](_depth: number, options: InspectOptions): string {
    const state = this.#detached ? ' detached' : this.closed ? ' closed' : ` fd=${this._io.file.fd}`;
    return `${this.constructor.name} { ${inspect(this.name, options)} mode=${inspect(this.mode, options)}${state} }`;
  }
}

// Unlike Array.isArray, keeps the elements' type.
const isArray = (value: unknown): boolean => Array.isArray(value);

/** Checks the arguments of a seek. */
export function checkSeek(offset: unknown, whence: unknown): { offset: number | bigint; whence: 0 | 1 | 2 } {
  if (whence !== 0 && whence !== 1 && whence !== 2) {
    throw invalidArgValue('whence', whence, 'must be 0 (start), 1 (current position) or 2 (end)');
  }
  return { offset: whence === 0 ? checkPosition(offset, 'offset') : checkOffset(offset, 'offset'), whence };
}

export { checkCount };
