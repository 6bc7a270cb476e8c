// The stateful calls of a file of bytes. They run one after another in call order, whether or not they are awaited.
import {
  checkItems,
  sizeOfUint8Array,
  takeOver,
  toBytes,
  toWritableBytes,
  unlessChanged,
} from '../arguments/bytes.js';
import { checkLimit, checkOffset, checkPosition } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { addBytesWritten, invalidArgValue, isEndOfCall } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import type { ByteLayer } from './byte-layer.js';
import { takeItems } from './byte-source.js';
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
  /** @internal The layer that performs the stateful calls. */
  abstract readonly _layer: ByteLayer;

  /** @internal */
  _flushInTurn(): Promise<void> {
    return this._layer.flush();
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  /**
   * Reads `size` bytes from the current position. A RawFile makes one system call, which can return fewer bytes.
   * @param size bytes; if it is omitted, null or negative, reads to the end of the file
   * @returns a Buffer, which is empty at the end of the file; a BinaryFile returns fewer bytes only at the end
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

  /**
   * Reads to the end of the file.
   * @returns a Buffer
   * @example const rest = await f.readall();
   */
  readall(o?: OpOptions): Promise<Buffer> {
    return this.read(-1, o);
  }

  /**
   * Reads into `view`. A BinaryFile reads until the view is full or the file ends. A RawFile makes one system call.
   * Bytes of the view after the number that it resolves to do not change. If the call rejects, the view may contain
   * bytes of the file, and the next read returns them again.
   * @returns the number of bytes read, 0 at the end of the file
   * @throws as `read`; ERR_INVALID_STATE if the view was detached or shrunk during the call
   * @example const count = await f.readinto(new Uint8Array(4096));
   */
  readinto(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      const read = (call?: Call): Promise<number> => this._layer.readinto(bytes, call);
      return this._reads(unlessChanged(bytes, read), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads one line, including its line ending. In a file of bytes, only `\n` ends a line.
   * @param size the maximum number of bytes; if it is omitted or negative, reads the whole line
   * @returns a Buffer, which is empty at the end of the file
   * @example const line = await f.readline();
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
   * Reads all lines, or lines until their total length exceeds `hint`. If it fails, the next read returns the lines read so far.
   * @param hint bytes after which no further line is read; no limit if it is omitted, 0 or negative
   * @returns an array of Buffers, each with its line ending
   * @example const lines = await f.readlines();
   */
  readlines(hint?: number | null, o?: OpOptions): Promise<Buffer[]> {
    return this._reading(o, () => {
      const limit = checkLimit(hint, 'hint');
      return (call) => this.#readlines(limit, call);
    });
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

  /**
   * Iterates over lines, including their line endings. After a `break`, the position is after the last line received.
   * @returns an async iterator of Buffers
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return new Lines(this, true);
  }

  /**
   * Iterates over lines, by default without their line endings. With `batch`, iterates over arrays of up to that many lines.
   * In a buffered file, this is several times faster.
   * @returns an async iterator of Buffers, or of arrays of Buffers; its `next` rejects as `readline`
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
    return this._reading(call, () => async (call) => {
      while (lines.length < size) {
        const line = this._layer.tryReadline(-1) ?? (await this._layer.readline(-1, call));
        if (line.length === 0) return;
        lines.push(keepEnds ? line : this._chomp(line));
      }
    });
  }

  /** @internal */
  _chomp(line: Buffer): Buffer {
    return line[line.length - 1] === NEWLINE ? line.subarray(0, -1) : line;
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /**
   * Writes all bytes of `data`. A BinaryFile copies them to its buffer, and writes the buffer when it is full. You can change
   * `data` as soon as the call returns.
   * @returns the number of bytes written, which is always the length of `data`
   * @throws as every call; then none of `data` was accepted, unless the error has `bytesWritten`
   * @example await f.write(Buffer.from('hello'));
   */
  write(data: BinaryData, o?: WriteOptions): Promise<number> {
    try {
      this._checkWritable();
      const { idle } = this._sequence;
      const size = o === undefined && idle ? sizeOfUint8Array(data) : 0;
      if (size > 0 && this._layer.tryWrite(data as Uint8Array, size)) return Promise.resolve(size);
      let bytes = toBytes(data);
      const { transfer, call } = readTransfer(o);
      if (transfer) bytes = takeOver(bytes, call);
      else if (!idle) bytes = Uint8Array.prototype.slice.call(bytes);
      const owned = transfer || !idle;
      return this._sequence.run((call) => this._layer.write(bytes, owned, call), call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Writes all items in order. Other calls that are made in the meantime run after the last item.
   * @throws as `write`; then `bytesWritten` of the error counts the bytes of all items that were accepted
   * @cancelling ends waiting for the next item
   * @example await f.writelines([header, body]);
   */
  writelines(items: Iterable<BinaryData> | AsyncIterable<BinaryData>, o?: WriteOptions): Promise<void> {
    try {
      this._checkWritable();
      checkItems(items);
      return this._sequence.run((call) => this.#writelines(items, call), readTransfer(o).call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // Errors count the bytes of all accepted items, except errors that the source has made.
  async #writelines(
    items: Iterable<BinaryData> | AsyncIterable<BinaryData>,
    call: Call | undefined,
  ): Promise<void> {
    let written = 0;
    let taking = false;
    const write = async (bytes: Uint8Array): Promise<void> => {
      written += await this._layer.write(bytes, false, call);
      taking = false;
    };
    try {
      await takeItems(items, call, (item) => {
        taking = true;
        const bytes = toBytes(item);
        if (!this._layer.tryWrite(bytes)) return write(bytes);
        written += bytes.length;
        taking = false;
        return undefined;
      });
    } catch (error) {
      if (taking || isEndOfCall(error)) addBytesWritten(error, written);
      throw error;
    }
  }

  flush(o?: OpOptions): Promise<void> {
    return this._stateful(o, (call) => this._layer.flush(call), 'write');
  }

  sync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (call) => this._layer.sync(false, call), 'sync');
  }

  datasync(o?: OpOptions): Promise<void> {
    return this._stateful(o, (call) => this._layer.sync(true, call), 'sync');
  }

  // --- position -----------------------------------------------------------------------------------------------------

  /**
   * Sets the position.
   * @param offset bytes; can be negative if `whence` is 1 or 2
   * @param whence 0: from the start, 1: from the current position, 2: from the end
   * @returns the new position in bytes from the start
   * @example await f.seek(-4, 2);
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

  /**
   * Gets the position, including data that is still in the buffer.
   * @returns bytes from the start of the file
   * @throws ClosedFileError, ESPIPE (a pipe)
   * @example const position = await f.tell();
   */
  tell(): Promise<number> {
    return this._stateful(undefined, () => this._layer.tell(), 'seek');
  }

  /**
   * Truncates the file, or extends it with zeros. The position does not change.
   * @param size bytes; the current position by default
   * @returns the new size
   * @example await f.truncate(0);
   */
  truncate(size?: number | bigint | null, o?: OpOptions): Promise<number> {
    return this._writing(o, () => {
      const wanted = size === undefined || size === null ? undefined : checkPosition(size, 'size');
      return (call) => this._layer.truncate(wanted, call);
    });
  }

  /** @internal A buffered file rejects seeks of a file without a position. A raw file lets the system reject them. */
  abstract _checkSeekable(): void;

  // --- web streams --------------------------------------------------------------------------------------------------

  /**
   * Creates a web stream of the rest of the file, or of the bytes from `start` to `end`. Readers can use their own buffers
   * ("byob"). The stream reads on demand. Without `start`, it moves the handle's position. With `start`, several streams of one
   * handle can run in parallel. The handle stays open, unless `close` is true.
   * @param o `start` (bytes; the position), `end` (exclusive; the end of the file), `chunkSize` (bytes; 64 KiB growing to 256
   *   KiB), `close` (false), `signal`, `lane`, `timeout` (of each read)
   * @returns a ReadableStream of bytes
   * @cancelling ends a read that waits; bytes that were read but not delivered stay in the handle
   * @throws ClosedFileError, UnsupportedOperationError (not readable), TypeError and RangeError for the options
   * @example return new Response((await open('film.mp4', 'rb')).readableStream({ start, end, close: true }));
   */
  readableStream(o?: ByteStreamOptions): ReadableStream<StreamBytes> {
    this._checkReadable();
    return byteStream(this, o);
  }

  /** @internal Reads once, in turn. Bytes that `take` does not accept stay in the handle. */
  async _offer(size: number, take: Take<Uint8Array>, call: Call): Promise<void> {
    this._checkReadable();
    await this._reads(async (call) => {
      const bytes = await this._layer.read1(size, call);
      let taken = false;
      try {
        taken = take(bytes, this._io.file.givesMemory);
      } finally {
        if (!taken) this._layer.putBack([bytes]);
      }
    }, call);
  }

  /** @internal The position, or 0 if the file has none. */
  _place(call: Call): Promise<number> {
    if (!this._io.file.seekable) return Promise.resolve(0);
    return this._sequence.run((call) => this._layer.tell(call), call);
  }

  /** @internal */
  async _preadPiece(size: number, position: number, call: Call): Promise<Uint8Array> {
    await this._settleBuffer(call);
    this._checkReadable();
    const { file } = this._io;
    if (file.givesMemory === true) return file.pread(size, position, call, false);
    const memory = new Uint8Array(size);
    const count = await (file.preadOver?.(memory, position, call, false) ??
      file.preadinto(memory, position, call, false));
    return count === size ? memory : memory.slice(0, count);
  }

  /**
   * Creates a web stream that writes at the handle's position. Closing the stream flushes. Aborting it ends a write that waits,
   * and aborts a handle of `openAtomic`. Otherwise the handle stays open, unless `close` is true.
   * @param o `close` (false), `signal`, `lane`, `timeout` (of each write)
   * @returns a WritableStream
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError for the options
   * @example await response.body.pipeTo(f.writableStream());
   */
  writableStream(o?: StreamOptions): WritableStream<ArrayBufferView | ArrayBufferLike> {
    this._checkWritable();
    return sinkStream<ArrayBufferView | ArrayBufferLike>(this, o);
  }

  /** @internal */
  _abortInTurn(reason: unknown): Promise<void> {
    return this._layer.abort(reason);
  }
}
