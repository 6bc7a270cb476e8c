// A file without a buffer: one system call's worth a call, as Python's io.FileIO.
import { checkItems, takeOver, toBytes, toWritableBytes } from '../arguments/bytes.js';
import { checkLimit, checkPosition } from '../arguments/numbers.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { checkSeek, type Handle, type WriteOptions } from './handle.js';
import { LineHandle } from './line-handle.js';
import type { RawIO } from './raw-io.js';
import type { Take } from './streams.js';

const NOTHING = new Uint8Array(0);
// Bytes read at first, and at most, in search of the end of a line.
const FIRST_BLOCK = 512;
const LARGEST_BLOCK = 64 * 1024;
const NEWLINE = 10;

/**
 * An unbuffered binary file. Stateful calls (read, write, seek, ...) made without waiting run in call order; positional
 * ones in parallel.
 */
export class RawFile extends LineHandle {
  /** @internal */
  readonly _fully = false;
  #unflushed: Error | undefined;
  /** What a handle above this one flushes as it goes. */
  #preceding: Promise<unknown> | undefined;
  /** @internal The buffered file that stands on this one: whichever is closed, its buffer is flushed and both are. */
  _above: Handle | undefined;

  /** @internal */
  constructor(io: RawIO, name: string | number | Uint8Array) {
    super(io, name, io.mode.rawName);
  }

  /**
   * Reads with one system call.
   * @param size most bytes; without it, or negative or null, everything up to the end
   * @returns a Buffer that may be shorter than asked; empty at the end of the file
   */
  read(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const limit = checkLimit(size, 'size');
      if (limit < 0) return this._reads((o) => this._io.readToEnd(o), o);
      return this._reads((o) => this._io.read(limit, false, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Everything up to the end of the file. */
  readall(o?: OpOptions): Promise<Buffer> {
    return this.read(-1, o);
  }

  /**
   * Reads with one system call into `view`, which is filled when the promise resolves.
   * @returns bytes read, 0 at the end of the file
   */
  readinto(view: ArrayBufferView, o?: OpOptions): Promise<number> {
    try {
      this._checkReadable();
      const bytes = toWritableBytes(view);
      return this._reads((o) => this._io.readinto(bytes, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal There is no buffer that could hold one. */
  _tryLine(): undefined {
    return undefined;
  }

  /**
   * @internal A line. Where that is harmless more is read and the position set back behind the line; from a pipe, whose
   * bytes would be lost, one byte at a time as in Python.
   */
  async _line(limit: number, o?: OpOptions): Promise<Buffer> {
    const { kind, seekable } = this._io.file;
    const inBlocks = seekable && (kind === 'regular' || kind === 'block');
    const parts: Buffer[] = [];
    let taken = 0;
    try {
      for (let block = FIRST_BLOCK; limit < 0 || taken < limit; block = Math.min(block * 4, LARGEST_BLOCK)) {
        const size = !inBlocks ? 1 : limit < 0 ? block : Math.min(block, limit - taken);
        const bytes = await this._io.read(size, false, o);
        if (bytes.length === 0) break;
        const end = bytes.indexOf(NEWLINE) + 1;
        parts.push(bytes);
        taken += bytes.length;
        if (end === 0) continue;
        if (end === bytes.length) break;
        await this._io.seek(end - bytes.length, 1, o);
        parts[parts.length - 1] = Buffer.from(bytes.subarray(0, end));
        break;
      }
    } catch (error) {
      // The next read gives again what this one had taken.
      this._io.putBack(Buffer.concat(parts));
      throw error;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /**
   * Writes all of `data` (a short write is continued).
   * @returns bytes written: all of them
   */
  write(data: ArrayBufferView | ArrayBufferLike, o?: WriteOptions): Promise<number> {
    try {
      this._checkWritable();
      let bytes = toBytes(data);
      const transferred = o?.transfer === true;
      if (transferred) bytes = takeOver(bytes, o);
      if (this._sequence.idle) return this._sequence.run((o) => this._io.write(bytes, transferred, o), o);
      // It waits for its turn: the bytes are those at the call.
      const kept = transferred ? bytes : Uint8Array.prototype.slice.call(bytes);
      return this._sequence.run((o) => this._io.write(kept, true, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Writes each item in order, in one turn: calls made meanwhile come after the last. */
  writelines(
    items: Iterable<ArrayBufferView | ArrayBufferLike> | AsyncIterable<ArrayBufferView | ArrayBufferLike>,
    o?: WriteOptions,
  ): Promise<void> {
    try {
      this._checkWritable();
      checkItems(items);
      return this._sequence.run(async (o) => {
        for await (const item of items) await this._io.write(toBytes(item), false, o);
      }, o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Moves the position.
   * @param whence 0 from the start, 1 from the position, 2 from the end
   * @returns the new position in bytes from the start
   */
  seek(offset: number | bigint, whence: 0 | 1 | 2 = 0, o?: OpOptions): Promise<number> {
    try {
      this._check();
      const to = checkSeek(offset, whence);
      return this._sequence.run((o) => this._io.seek(to.offset, to.whence, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The position, in bytes from the start. Rejects with ESPIPE where there is none. */
  tell(): Promise<number> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run(() => this._io.seek(0, 1));
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
      return this._sequence.run(async (o) => {
        const bytes = wanted ?? (await this._io.seek(0, 1, o));
        await this._io.file.truncate(bytes, o);
        return Number(bytes);
      }, o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Nothing is buffered: resolves in its turn. */
  flush(o?: OpOptions): Promise<void> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run(() => Promise.resolve(), o);
  }

  /** fsync(2). Once it has failed, this and `close` reject for ever. */
  sync(o?: OpOptions): Promise<void> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run((o) => this._io.sync(false, o), o);
  }

  /** fdatasync(2): without metadata that reading does not need. */
  datasync(o?: OpOptions): Promise<void> {
    const problem = this._problem();
    if (problem !== undefined) return Promise.reject(problem);
    return this._sequence.run((o) => this._io.sync(true, o), o);
  }

  /** @internal Everything asked from now on waits for `flushed`, whose failure rejects `close`. */
  _precede(flushed: Promise<unknown>): void {
    const settled = this._sequence
      .run(() => flushed)
      .catch((error: unknown) => {
        this.#unflushed = error as Error;
      })
      .finally(() => {
        if (this.#preceding === settled) this.#preceding = undefined;
      });
    this.#preceding = settled;
  }

  /** @internal */
  async _offer(size: number, take: Take<Uint8Array>, call: Call): Promise<void> {
    this._checkReadable();
    await this._reads(async (call) => {
      const bytes = await this._io.read(size, false, call);
      let taken = false;
      try {
        taken = take(bytes);
      } finally {
        if (!taken) this._io.putBack(bytes);
      }
    }, call);
  }

  /** @internal */
  _place(call: Call): Promise<number> {
    return this._io.file.seekable
      ? this._sequence.run((o) => this._io.seek(0, 1, o), call)
      : Promise.resolve(0);
  }

  /** @internal */
  _settleBuffer(): Promise<unknown> | undefined {
    return this.#preceding;
  }

  /** @internal */
  _dropReadAhead(): void {
    // There is none.
  }

  /** @internal */
  get _watched(): object {
    return this;
  }

  override close(): Promise<void> {
    return this._above === undefined ? super.close() : this._above.close();
  }

  /** @internal */
  async _closeInTurn(): Promise<void> {
    if (this.#unflushed !== undefined) {
      await this._io.abort(this.#unflushed).catch(() => undefined);
      throw this.#unflushed;
    }
    await (this._io.finish(NOTHING) ?? this._io.close());
  }

  override _abort(reason: unknown): Promise<void> {
    return this._above === undefined ? super._abort(reason) : this._above._abort(reason);
  }

  /** @internal */
  _abortInTurn(reason: unknown): Promise<void> {
    return this._io.abort(reason);
  }
}
