// A buffered binary file, as Python's io.BufferedReader, BufferedWriter and BufferedRandom in one.
import { toWritableBytes } from '../arguments/bytes.js';
import { checkLimit } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { UnsupportedOperationError } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { BufferedIO } from './buffered-io.js';
import { ByteFile } from './byte-file.js';
import type { RawFile } from './raw-file.js';

/**
 * A buffered binary file. Reads are served from what was read ahead where that suffices; writes gather in the buffer.
 * Stateful calls made without waiting run in call order, positional ones in parallel.
 */
export class BinaryFile extends ByteFile {
  /** @internal */
  readonly _fully = true;
  /** @internal */
  readonly _readsAhead = true;
  /** @internal */
  readonly _layer: BufferedIO;
  /** The unbuffered file below, sharing this one's position: use one or the other. */
  readonly raw: RawFile;

  /** @internal */
  constructor(raw: RawFile, bufferSize: number) {
    super(raw._io, raw.name, raw.mode);
    this.raw = raw;
    raw._above = this;
    this._layer = new BufferedIO(raw._io, bufferSize);
  }

  /**
   * Reads with at most one system call, and with none when bytes are buffered.
   * @param size most bytes; negative or left out: as many as the buffer holds
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

  /** As `readinto`, with at most one system call. */
  readinto1(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      return this._reads((call) => this._layer.readinto1(bytes, call), readCall(o));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The bytes read ahead, without moving the position; reads once when there are none.
   * @param _size ignored, as in Python: however many there are are returned
   */
  peek(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      checkLimit(size, 'size');
      return this._reads((call) => this._layer.peek(call), readCall(o));
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
    const flushed = this._sequence.run(() => this._layer.flush());
    this.raw._precede(flushed);
    return this.raw;
  }

  // --- what the layers of one file ask of it ---------------------------------------------------------------------------

  /** @internal For the text file above, which answers for whoever awaits it. */
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

  /** @internal Takes `bytes` into the buffer when they fit and nobody is before them. */
  _tryWrite(bytes: Uint8Array): boolean {
    return this._sequence.idle && this._layer.tryWrite(bytes);
  }

  /** @internal Takes back what the text file above had read ahead, and flushes. */
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
