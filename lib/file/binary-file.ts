// A buffered binary file, as Python's io.BufferedReader, BufferedWriter and BufferedRandom in one.
import { checkItems, takeOver, toBytes, toWritableBytes } from '../arguments/bytes.js';
import { checkLimit, checkPosition } from '../arguments/numbers.js';
import { UnsupportedOperationError } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { BufferedIO } from './buffered-io.js';
import { checkSeek, type WriteOptions } from './handle.js';
import { LineHandle } from './line-handle.js';
import type { RawFile } from './raw-file.js';
import type { Take } from './streams.js';

/** Data that can be written: all bytes of the view or buffer. */
export type BinaryData = ArrayBufferView | ArrayBufferLike;

/**
 * A buffered binary file. Reads are served from what was read ahead where that suffices; writes gather in the buffer.
 * Stateful calls made without waiting run in call order, positional ones in parallel.
 */
export class BinaryFile extends LineHandle {
  /** @internal */
  readonly _fully = true;
  /** @internal */
  readonly _buffer: BufferedIO;
  /** The unbuffered file below, sharing this one's position: use one or the other. */
  readonly raw: RawFile;

  /** @internal */
  constructor(raw: RawFile, bufferSize: number) {
    super(raw._io, raw.name, raw.mode);
    this.raw = raw;
    raw._above = this;
    this._buffer = new BufferedIO(raw._io, bufferSize);
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  /**
   * Reads `size` bytes.
   * @param size bytes; without it, or negative or null, everything up to the end
   * @returns a Buffer, shorter than asked only at the end of the file, empty when there is nothing more
   * @throws ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE, AbortError,
   *   TimeoutError, and the system's errors
   * @example const magic = await f.read(4);
   */
  read(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const wanted = checkLimit(size, 'size');
      if (wanted < 0) return this._reads((o) => this._buffer.readall(o), o);
      if (o === undefined && this._sequence.idle) {
        const bytes = this._buffer.tryRead(wanted);
        if (bytes !== undefined) return Promise.resolve(bytes);
      }
      return this._reads((o) => this._buffer.read(wanted, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Everything up to the end of the file. */
  readall(o?: OpOptions): Promise<Buffer> {
    return this.read(-1, o);
  }

  /**
   * Reads with at most one system call, and with none when bytes are buffered.
   * @param size most bytes; negative or left out: as many as the buffer holds
   */
  read1(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const limit = checkLimit(size, 'size');
      return this._reads((o) => this._buffer.read1(limit < 0 ? this._buffer.size : limit, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal As `read1`, `readinto1` and `readall`, for the text file above, which answers for who awaits it. */
  _read1(size: number, o?: OpOptions): Promise<Buffer> {
    this._checkReadable();
    return this._sequence.run((o) => this._buffer.read1(size, o), o);
  }

  /** @internal */
  _readinto1(memory: Buffer): Promise<number> {
    this._checkReadable();
    return this._sequence.run(() => this._buffer.readinto1(memory));
  }

  /** @internal */
  _readall(o?: OpOptions): Promise<Buffer> {
    this._checkReadable();
    return this._sequence.run((o) => this._buffer.readall(o), o);
  }

  /**
   * Reads into `view` until it is full or the file ends; it is filled when the promise resolves.
   * @returns bytes read
   * @throws as `read`; ERR_INVALID_STATE when the view was detached or resized meanwhile
   */
  readinto(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      return this._reads((o) => this._buffer.readinto(bytes, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `readinto`, with at most one system call. */
  readinto1(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      return this._reads((o) => this._buffer.readinto1(bytes, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The bytes read ahead, without moving the position; reads once when there are none.
   * @param _size ignored, as in Python: however many there are are returned
   */
  peek(_size?: number, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      return this._reads((o) => this._buffer.peek(o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal */
  _tryLine(limit: number): Buffer | undefined {
    return this._buffer.pendingLength === 0 ? this._buffer.tryReadline(limit) : undefined;
  }

  /** @internal */
  _line(limit: number, o?: OpOptions): Promise<Buffer> {
    return this._buffer.readline(limit, o);
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /**
   * Takes all bytes of `data` into the buffer, and writes when it is full. The bytes are those at the call.
   * @returns bytes taken: all of them
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError ERR_INVALID_ARG_TYPE, and the system's
   *   errors when the buffer had to be flushed; then none of `data` was taken (unless `bytesWritten` says so)
   * @example await f.write(Buffer.from('hello'));
   */
  write(data: BinaryData, o?: WriteOptions): Promise<number> {
    try {
      this._checkWritable();
      let bytes = toBytes(data);
      const { length } = bytes;
      if (o === undefined && this._sequence.idle && this._buffer.tryWrite(bytes))
        return Promise.resolve(length);
      const transferred = o?.transfer === true;
      if (transferred) bytes = takeOver(bytes, o);
      else if (!this._sequence.idle) bytes = Uint8Array.prototype.slice.call(bytes);
      return this._sequence.run((o) => this._buffer.write(bytes, transferred, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Writes each item in order, in one turn: calls made meanwhile come after the last. */
  writelines(items: Iterable<BinaryData> | AsyncIterable<BinaryData>, o?: WriteOptions): Promise<void> {
    try {
      this._checkWritable();
      checkItems(items);
      return this._sequence.run(async (o) => {
        for await (const item of items) await this._buffer.write(toBytes(item), false, o);
      }, o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Hands everything written so far to the kernel.
   * @throws the system's error; what was not written stays in the buffer for the next flush
   */
  flush(o?: OpOptions): Promise<void> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run((o) => this._buffer.flushAll(o), o);
  }

  /** Flushes, then fsync(2): the bytes are on the disk when it resolves. Once it has failed it rejects for ever. */
  sync(o?: OpOptions): Promise<void> {
    return this.#sync(false, o);
  }

  /** Flushes, then fdatasync(2): without metadata that reading does not need. */
  datasync(o?: OpOptions): Promise<void> {
    return this.#sync(true, o);
  }

  #sync(dataOnly: boolean, o: OpOptions | undefined): Promise<void> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run(async (o) => {
      await this._buffer.flush(o);
      await this._io.sync(dataOnly, o);
    }, o);
  }

  // --- position -----------------------------------------------------------------------------------------------------

  /**
   * Moves the position.
   * @param offset bytes; negative ones with whence 1 and 2 only
   * @param whence 0 from the start, 1 from the position, 2 from the end
   * @returns the new position in bytes from the start
   * @throws ClosedFileError, UnsupportedOperationError (a pipe), RangeError ERR_OUT_OF_RANGE, EINVAL before the start
   */
  seek(offset: number | bigint, whence: 0 | 1 | 2 = 0, o?: OpOptions): Promise<number> {
    try {
      this._check();
      const to = checkSeek(offset, whence);
      if (!this._io.file.seekable) throw new UnsupportedOperationError('the file is not seekable');
      return this._sequence.run((o) => this._buffer.seek(to.offset, to.whence, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The position in bytes from the start, buffered writes included. Rejects with ESPIPE on a pipe. */
  tell(): Promise<number> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run(() => this._buffer.tell());
  }

  /**
   * Sets the file's size, cutting or extending with zeros; the position stays.
   * @param size bytes; the position unless told
   * @returns the new size
   */
  truncate(size?: number | bigint | null, o?: OpOptions): Promise<number> {
    try {
      this._checkWritable();
      const wanted = size === undefined || size === null ? undefined : checkPosition(size, 'size');
      return this._sequence.run((o) => this._buffer.truncate(wanted, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Separates the raw file from its buffer and returns it; this handle is unusable from then on. Bytes not yet written
   * are flushed before anything that is asked of the raw file; a failure rejects its `close`.
   */
  detach(): RawFile {
    this._check();
    this._setDetached();
    this.raw._above = undefined;
    const flushed = this._sequence.run(() => this._buffer.flushAll());
    this.raw._precede(flushed);
    return this.raw;
  }

  /** @internal */
  async _offer(size: number, take: Take<Uint8Array>, call: Call): Promise<void> {
    this._checkReadable();
    await this._reads(async (call) => {
      const bytes = await this._buffer.read1(size, call);
      let taken = false;
      try {
        taken = take(bytes);
      } finally {
        if (!taken) this._buffer.putBack([bytes]);
      }
    }, call);
  }

  /** @internal */
  _place(call: Call): Promise<number> {
    return this._io.file.seekable
      ? this._sequence.run((o) => this._buffer.tell(o), call)
      : Promise.resolve(0);
  }

  /** @internal */
  _settleBuffer(o?: OpOptions): Promise<unknown> | undefined {
    if (this._buffer.pendingLength === 0) return undefined;
    return this._sequence.run((o) => this._buffer.flush(o), o);
  }

  /** @internal */
  _dropReadAhead(): void {
    if (this._sequence.idle) this._buffer.dropReadAhead();
    else
      void this._sequence.run(() => {
        this._buffer.dropReadAhead();
        return Promise.resolve();
      });
  }

  /** @internal */
  get _watched(): object {
    return this.raw;
  }

  /** @internal */
  async _closeInTurn(): Promise<void> {
    if (!this.raw._sequence.idle) await this.raw._sequence.drained();
    return this._buffer.close();
  }
  /** @internal */
  async _abortInTurn(reason: unknown): Promise<void> {
    if (!this.raw._sequence.idle) await this.raw._sequence.drained();
    return this._buffer.abort(reason);
  }
}
