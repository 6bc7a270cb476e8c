// A buffered binary file, as Python's io.BufferedReader, BufferedWriter and BufferedRandom in one.
import { toWritableBytes, unlessChanged } from '../arguments/bytes.js';
import { checkLimit } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { UnsupportedOperationError } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { BufferedIO } from './buffered-io.js';
import { ByteFile } from './byte-file.js';
import type { RawFile } from './raw-file.js';

/**
 * A buffered binary file. It reads ahead, and collects writes in a buffer. Calls that are not awaited run in call order.
 * Positional calls run in parallel.
 * @throws ClosedFileError; UnsupportedOperationError if the mode or the kind of file does not allow the operation; TypeError
 *   and RangeError for invalid arguments; ERR_INVALID_STATE for detached memory; AbortError, TimeoutError, and the system's
 *   errors in Node's shape
 * @cancelling a queued call makes no system call; a running read leaves its bytes in the handle for the next read, and a running
 *   write reports `bytesWritten`
 * @platforms the same on all systems; only Linux reads cached data without a thread
 * @example await using f = await open('data.bin', 'r+b');
 * @see https://docs.python.org/3/library/io.html#io.BufferedRandom
 */
export class BinaryFile extends ByteFile {
  /** @internal */
  readonly _isBuffered = true;
  /** @internal */
  readonly _layer: BufferedIO;
  /** The unbuffered file below. Both share one position, so use only one of them at a time. */
  readonly raw: RawFile;

  /** @internal */
  constructor(raw: RawFile, bufferSize: number) {
    super(raw._io, raw.name, raw.mode);
    this.raw = raw;
    raw._above = this;
    this._layer = new BufferedIO(raw._io, bufferSize);
  }

  /**
   * Reads with at most one system call. If bytes are buffered, makes none.
   * @param size the maximum number of bytes; the size of the buffer if it is omitted or negative
   * @returns a Buffer, which is empty at the end of the file
   * @example const chunk = await f.read1(4096);
   */
  read1(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const limit = checkLimit(size, 'size');
      return this._reads(
        (call) => this._layer.read1(limit < 0 ? this._layer.size : limit, call),
        readCall(o),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * As `readinto`, with at most one system call.
   * @returns the number of bytes read, 0 at the end of the file
   * @example const count = await f.readinto1(view);
   */
  readinto1(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      const read = (call?: Call): Promise<number> => this._layer.readinto1(bytes, call);
      return this._reads(unlessChanged(bytes, read), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Returns the bytes that were read ahead, without changing the position. If there are none, reads once.
   * @param size ignored, as in Python
   * @returns a Buffer with all bytes that were read ahead
   * @example const next = await f.peek();
   */
  peek(size?: number | null, o?: OpOptions): Promise<Buffer> {
    return this._reading(o, () => {
      checkLimit(size, 'size');
      return (call) => this._layer.peek(call);
    });
  }

  /**
   * Separates the raw file from this handle, which cannot be used any more. Data that was written is flushed before the first
   * operation of the raw file. If this flush fails, `close` of the raw file rejects.
   * @returns the raw file
   * @example const raw = f.detach();
   */
  detach(): RawFile {
    this._check();
    this._detached = true;
    this.raw._above = undefined;
    const flushed = this._sequence.run(() => this._layer.flush());
    this.raw._precede(flushed);
    return this.raw;
  }

  // --- what the layers of one file call ---------------------------------------------------------------------------

  /** @internal For the text file above, which tracks itself whether its reads are awaited. */
  _read1(size: number, call?: Call): Promise<Buffer> {
    this._checkReadable();
    return this._sequence.run((call) => this._layer.read1(size, call), call);
  }

  /** @internal */
  _readinto1(memory: Buffer): Promise<number> {
    this._checkReadable();
    return this._sequence.run(() => this._layer.readinto1(memory));
  }

  /** @internal */
  _readall(call?: Call): Promise<Buffer> {
    this._checkReadable();
    return this._sequence.run((call) => this._layer.readall(call), call);
  }

  /** @internal Takes `bytes` into the buffer if they fit and no earlier call is queued. */
  _tryWrite(bytes: Uint8Array): boolean {
    return this._sequence.idle && this._layer.tryWrite(bytes);
  }

  /** @internal Takes back the bytes that the text file above had read ahead, and flushes. */
  _takeOver(unread: () => Promise<Buffer>): Promise<void> {
    return this._sequence.run(async () => {
      const bytes = await unread();
      if (bytes.length > 0) this._layer.putBack([bytes]);
      await this._layer.flush();
    });
  }

  /** @internal */
  get _seekable(): boolean {
    return this._io.file.seekable;
  }

  /** @internal */
  _checkSeekable(): void {
    if (!this._seekable) throw new UnsupportedOperationError('the file is not seekable');
  }

  /** @internal */
  _settleBuffer(call?: Call): Promise<unknown> | undefined {
    if (this._layer.pendingLength === 0) return undefined;
    return this._sequence.run((call) => this._layer.writePending(call), call);
  }

  /** @internal */
  _dropReadAhead(): void {
    if (this._sequence.idle) this._layer.dropReadAhead();
    else
      void this._sequence.run(() => {
        this._layer.dropReadAhead();
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
    return this._layer.close();
  }
  /** @internal */
  override async _abortInTurn(reason: unknown): Promise<void> {
    if (!this.raw._sequence.idle) await this.raw._sequence.drained();
    return this._layer.abort(reason);
  }
}
