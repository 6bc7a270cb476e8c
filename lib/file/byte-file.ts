// The stateful calls of a file of bytes, which run one after another in call order, whether or not anybody awaits them.

import { checkItems, takeOver, toBytes, toWritableBytes } from '../arguments/bytes.js';
import { checkLimit, checkOffset, checkPosition } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { invalidArgValue } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import type { ByteLayer } from './byte-layer.js';
import { Lines, type LinesOptions, linesOf } from './lines.js';
import { PositionalHandle, readTransfer, type WriteOptions } from './positional.js';
import {
  byteStream,
  type ByteStreamOptions,
  sinkStream,
  type StreamBytes,
  type StreamOptions,
  type Take,
} from './streams.js';

const NEWLINE = 10;

/** Data that can be written: all bytes of the view or buffer. */
export type BinaryData = ArrayBufferView | ArrayBufferLike;

/** The part that RawFile and BinaryFile share: everything but what only one of them can do. */
export abstract class ByteFile extends PositionalHandle {
  /** @internal What the stateful calls are made on. */
  abstract readonly _layer: ByteLayer;

  /** @internal */
  _flushInTurn(): Promise<void> {
    return this._layer.flush();
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  /**
   * Reads `size` bytes; a RawFile reads once, with one system call, and may give fewer.
   * @param size bytes; without it, or negative or null, everything up to the end
   * @returns a Buffer, empty at the end of the file; of a BinaryFile shorter than asked only there
   * @throws ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE, TypeError for the options,
   *   AbortError, TimeoutError, and the system's errors
   * @example const magic = await f.read(4);
   */
  read(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const wanted = checkLimit(size, 'size');
      const call = readCall(o);
      if (wanted < 0) return this._reads((call) => this._layer.readall(call), call);
      if (call === undefined && this._sequence.idle) {
        const bytes = this._layer.tryRead(wanted);
        if (bytes !== undefined) return Promise.resolve(bytes);
      }
      return this._reads((call) => this._layer.read(wanted, call), call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Reads everything up to the end of the file. Rejects as `read`. */
  readall(o?: OpOptions): Promise<Buffer> {
    return this.read(-1, o);
  }

  /**
   * Reads into `view`, which is filled when the promise resolves and not before. A BinaryFile reads until the view is full or
   * the file ends, a RawFile with one system call.
   * @returns bytes read, 0 at the end of the file
   * @throws as `read`; ERR_INVALID_STATE when the view was detached or resized meanwhile
   */
  readinto(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      return this._reads((call) => this._layer.readinto(bytes, call), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads to the end of the line, which is kept. Only `\n` ends lines of bytes.
   * @param size most bytes; negative or left out: the whole line
   * @returns a Buffer, empty at the end of the file
   * @throws as `read`
   */
  readline(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const limit = checkLimit(size, 'size');
      const call = readCall(o);
      if (call === undefined && this._sequence.idle) {
        const line = this._layer.tryReadline(limit);
        if (line !== undefined) return Promise.resolve(line);
      }
      return this._reads((call) => this._layer.readline(limit, call), call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads all lines to the end, or as many as it takes to exceed `hint` bytes. When it fails, the next read gives what it had
   * gathered.
   * @param hint bytes after which no further line is read; 0, negative or left out: no limit
   * @throws as `read`
   */
  readlines(hint?: number | null, o?: OpOptions): Promise<Buffer[]> {
    try {
      this._checkReadable();
      const limit = checkLimit(hint, 'hint');
      return this._reads((call) => this.#readlines(limit, call), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #readlines(limit: number, call?: Call): Promise<Buffer[]> {
    const lines: Buffer[] = [];
    try {
      for (let total = 0; limit <= 0 || total <= limit;) {
        const line = this._layer.tryReadline(-1) ?? (await this._layer.readline(-1, call));
        if (line.length === 0) break;
        lines.push(line);
        total += line.length;
      }
    } catch (error) {
      this._layer.putBack(lines);
      throw error;
    }
    return lines;
  }

  /** Iterates over lines, each with its end. Breaking off leaves the handle just after the last line given. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return new Lines(this, true);
  }

  /**
   * Iterates over lines, by default without their ends; with `batch` over arrays of so many lines (the last may be
   * shorter), which is several times faster where there is a buffer.
   * Its `next` rejects as `readline`, and with TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE for the options.
   * @example for await (const lines of f.lines({ batch: 1000 })) total += lines.length;
   */
  lines(o: LinesOptions & { batch: number }): AsyncIterableIterator<Buffer[]>;
  lines(o?: LinesOptions): AsyncIterableIterator<Buffer>;
  lines(o?: LinesOptions): AsyncIterableIterator<Buffer> | AsyncIterableIterator<Buffer[]> {
    return linesOf(this, o);
  }

  /** @internal */
  _lineAtHand(keepEnd: boolean): Buffer | null {
    if (!this._sequence.idle || this._problem() !== undefined) return null;
    const line = this._layer.tryReadline(-1);
    if (line === undefined) return null;
    return keepEnd ? line : this._chomp(line);
  }

  /** @internal */
  _nextLine(call?: Call): Promise<Buffer> {
    return this.readline(-1, call);
  }

  /** @internal */
  _nextLines(lines: Buffer[], size: number, keepEnds: boolean, call?: Call): Promise<void> {
    try {
      this._checkReadable();
      return this._reads(async (call) => {
        while (lines.length < size) {
          const line = this._layer.tryReadline(-1) ?? (await this._layer.readline(-1, call));
          if (line.length === 0) return;
          lines.push(keepEnds ? line : this._chomp(line));
        }
      }, call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal */
  _chomp(line: Buffer): Buffer {
    return line[line.length - 1] === NEWLINE ? line.subarray(0, -1) : line;
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /**
   * Writes all bytes of `data`: a BinaryFile into its buffer, which is written when it is full. The bytes are those at the
   * call.
   * @returns bytes taken: all of them
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError ERR_INVALID_ARG_TYPE, and the system's
   *   errors; then none of `data` was taken (unless `bytesWritten` says so)
   * @example await f.write(Buffer.from('hello'));
   */
  write(data: BinaryData, o?: WriteOptions): Promise<number> {
    try {
      this._checkWritable();
      let bytes = toBytes(data);
      const { length } = bytes;
      const { idle } = this._sequence;
      if (o === undefined && idle && this._layer.tryWrite(bytes)) return Promise.resolve(length);
      const { transfer, call } = readTransfer(o);
      if (transfer) bytes = takeOver(bytes, call);
      else if (!idle) bytes = Uint8Array.prototype.slice.call(bytes);
      const owned = transfer || !idle;
      return this._sequence.run((call) => this._layer.write(bytes, owned, call), call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Writes each item in order, in one turn: calls made meanwhile come after the last. Rejects as `write`. */
  writelines(items: Iterable<BinaryData> | AsyncIterable<BinaryData>, o?: WriteOptions): Promise<void> {
    try {
      this._checkWritable();
      checkItems(items);
      return this._sequence.run(async (call) => {
        for await (const item of items) await this._layer.write(toBytes(item), false, call);
      }, readTransfer(o).call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Hands everything written so far to the kernel. A RawFile holds nothing back.
   * @throws the system's error; what was not written stays in the buffer for the next flush
   */
  flush(o?: OpOptions): Promise<void> {
    return this.#inTurn('write', (call) => this._layer.flush(call), o);
  }

  /** Flushes, then fsync(2): the bytes are on the disk when it resolves. Once it has failed, it and `close` reject for ever. */
  sync(o?: OpOptions): Promise<void> {
    return this.#inTurn('sync', (call) => this._layer.sync(false, call), o);
  }

  /** Flushes, then fdatasync(2): without metadata that reading does not need. */
  datasync(o?: OpOptions): Promise<void> {
    return this.#inTurn('sync', (call) => this._layer.sync(true, call), o);
  }

  // --- position -----------------------------------------------------------------------------------------------------

  /**
   * Moves the position.
   * @param offset bytes; negative ones with whence 1 and 2 only
   * @param whence 0 from the start, 1 from the position, 2 from the end
   * @returns the new position in bytes from the start
   * @throws ClosedFileError, UnsupportedOperationError or ESPIPE (a pipe), RangeError ERR_OUT_OF_RANGE, TypeError
   *   ERR_INVALID_ARG_VALUE (whence), EINVAL before the start
   */
  seek(offset: number | bigint, whence: 0 | 1 | 2 = 0, o?: OpOptions): Promise<number> {
    try {
      this._check();
      this._refuseForbidden('seek');
      if (whence !== 0 && whence !== 1 && whence !== 2)
        throw invalidArgValue('whence', whence, 'must be 0 (start), 1 (current position) or 2 (end)');
      const to = whence === 0 ? checkPosition(offset, 'offset') : checkOffset(offset, 'offset');
      this._checkSeekable();
      return this._sequence.run((call) => this._layer.seek(to, whence, call), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The position in bytes from the start, buffered writes included. Rejects with ESPIPE on a pipe. */
  tell(): Promise<number> {
    return this.#inTurn('seek', () => this._layer.tell(), undefined);
  }

  /**
   * Sets the file's size, cutting or extending with zeros; the position stays.
   * @param size bytes; the position unless told
   * @returns the new size
   * @throws ClosedFileError, UnsupportedOperationError (not writable), RangeError ERR_OUT_OF_RANGE, and the system's errors
   */
  truncate(size?: number | bigint | null, o?: OpOptions): Promise<number> {
    try {
      this._checkWritable();
      const wanted = size === undefined || size === null ? undefined : checkPosition(size, 'size');
      return this._sequence.run((call) => this._layer.truncate(wanted, call), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal A buffered file refuses to seek where there is no position; a raw one lets the system say so. */
  abstract _checkSeekable(): void;

  #inTurn<T>(op: string, work: (call?: Call) => Promise<T>, o: OpOptions | undefined): Promise<T> {
    try {
      this._check();
      this._refuseForbidden(op);
      return this._sequence.run(work, readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // --- web streams --------------------------------------------------------------------------------------------------

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
  readableStream(o?: ByteStreamOptions): ReadableStream<StreamBytes> {
    this._checkReadable();
    return byteStream(this, o);
  }

  /** @internal Reads once, in turn. What `take` refuses stays with the handle. */
  async _offer(size: number, take: Take<Uint8Array>, call: Call): Promise<void> {
    this._checkReadable();
    await this._reads(async (call) => {
      const bytes = await this._layer.read1(size, call);
      let taken = false;
      try {
        taken = take(bytes);
      } finally {
        if (!taken) this._layer.putBack([bytes]);
      }
    }, call);
  }

  /** @internal The position, or 0 where there is none. */
  _place(call: Call): Promise<number> {
    if (!this._io.file.seekable) return Promise.resolve(0);
    return this._sequence.run((call) => this._layer.tell(call), call);
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

  // --- the end ------------------------------------------------------------------------------------------------------

  /** @internal */
  _abortInTurn(reason: unknown): Promise<void> {
    return this._layer.abort(reason);
  }
}
