// The unbuffered layer: an open file with what is known of its position. The buffered layer stands on it.
import { invalidState } from '../errors/index.js';
import { type OpenFile, CURRENT, unreadBytes } from '../filesystem/open-file.js';
import type { Mode } from './mode.js';
import type { Call } from '../schedule/call.js';
import type { ByteLayer } from './byte-layer.js';
import { dirty } from './exit-flush.js';
import type { FileLocks } from './locks.js';

// Bytes read at first, and at most, in search of the end of a line.
const FIRST_BLOCK = 512;
const LARGEST_BLOCK = 64 * 1024;
const NEWLINE = 10;

/**
 * An open file and its position as far as it is known here. `position` is where the next read or write shall happen;
 * `displaced` says that the file's own position is elsewhere, so that the next transfer sets it in the same operation:
 * a seek to a known place costs no operation of its own.
 */
export class RawIO implements ByteLayer {
  readonly file: OpenFile;
  readonly mode: Mode;
  position: number;
  displaced = false;
  /** Set when the file is being closed or is closed, by whichever layer. */
  closing: Promise<void> | undefined;
  /** The error of a failed sync. Linux forgets it after telling it once, so it is kept here: a retry would lie. */
  syncError: Error | undefined;
  /** The file's locks, once one has been asked for. */
  locks: FileLocks | undefined;
  // Bytes of an unseekable file whose read ended too late for its caller.
  #late: Buffer | undefined;

  constructor(file: OpenFile, mode: Mode) {
    this.file = file;
    this.mode = mode;
    this.position = file.openedAt;
  }

  #at(): number {
    return this.displaced ? this.position : CURRENT;
  }

  #moved(count: number): number {
    this.displaced = false;
    this.position += count;
    return count;
  }

  /**
   * Where the next transfer shall happen. Also where that is known to be so: others may have moved the descriptor
   * (sendfile, a child process), and a seek is how their caller says where to go on.
   */
  place(position: number): void {
    this.position = position;
    this.displaced = true;
  }

  /** One read, or with `fully` until `size` bytes or the end. */
  async read(size: number, o?: Call, fully = false): Promise<Buffer> {
    if (this.#late !== undefined) return this.#takeLate(size);
    try {
      const bytes = await this.file.read(size, this.#at(), fully, o);
      // A read of nothing leaves the file where it was.
      if (size > 0) this.#moved(bytes.length);
      return bytes;
    } catch (error) {
      this.#keepUnread(error);
      throw error;
    }
  }

  /** As `read`, into the caller's memory. */
  async readinto(view: Uint8Array, o?: Call): Promise<number> {
    // What may end too late must not have been put into the caller's memory by then.
    if (o !== undefined || this.#late !== undefined) {
      const { byteLength } = view;
      const bytes = await this.read(byteLength, o);
      if (view.byteLength !== byteLength) {
        this.putBack([bytes]);
        throw invalidState('the view was detached or resized while it was being read into');
      }
      view.set(bytes);
      return bytes.length;
    }
    try {
      return this.#moved(await this.file.readinto(view, this.#at()));
    } catch (error) {
      this.#keepUnread(error);
      throw error;
    }
  }

  /** Everything up to the end of the file. */
  async readall(o?: Call): Promise<Buffer> {
    const late = this.#late;
    if (late !== undefined) {
      this.#late = undefined;
      try {
        return Buffer.concat([late, await this.readall(o)]);
      } catch (error) {
        this.putBack([late]);
        throw error;
      }
    }
    try {
      const bytes = await this.file.readToEnd(this.#at(), o);
      this.#moved(bytes.length);
      return bytes;
    } catch (error) {
      this.#keepUnread(error);
      throw error;
    }
  }

  #takeLate(size: number): Buffer {
    const late = this.#late as Buffer;
    this.#late = late.length > size ? late.subarray(size) : undefined;
    return late.subarray(0, size);
  }

  #keepUnread(error: unknown): void {
    const bytes = (error as { [unreadBytes]?: Buffer })[unreadBytes];
    if (bytes === undefined) return;
    this.#moved(bytes.length);
    this.putBack([bytes]);
  }

  /** Gives back what was read last: a file with a position is read again, what came through a pipe exists only here. */
  putBack(parts: readonly Buffer[]): void {
    if (this.file.seekable) {
      let count = 0;
      for (const part of parts) count += part.length;
      if (count > 0) this.place(this.position - count);
    } else {
      const bytes = Buffer.concat(this.#late === undefined ? parts : [...parts, this.#late]);
      this.#late = bytes.length > 0 ? bytes : undefined;
    }
  }

  /** @returns nothing: there is no buffer that could hold bytes */
  tryRead(_size: number): undefined {
    return undefined;
  }

  tryReadline(_limit: number): undefined {
    return undefined;
  }

  tryWrite(_bytes: Uint8Array): false {
    return false;
  }

  read1(size: number, o?: Call): Promise<Buffer> {
    return this.read(size, o);
  }

  /**
   * A line of at most `limit` bytes (negative: any number). Where that is harmless more is read and the position set back
   * behind the line; from a pipe, whose bytes would be lost, one byte at a time as in Python.
   */
  async readline(limit: number, o?: Call): Promise<Buffer> {
    const { kind, seekable } = this.file;
    const inBlocks = seekable && (kind === 'regular' || kind === 'block');
    const parts: Buffer[] = [];
    let taken = 0;
    try {
      for (let block = FIRST_BLOCK; limit < 0 || taken < limit; block = Math.min(block * 4, LARGEST_BLOCK)) {
        const size = !inBlocks ? 1 : limit < 0 ? block : Math.min(block, limit - taken);
        const bytes = await this.read(size, o);
        if (bytes.length === 0) break;
        const end = bytes.indexOf(NEWLINE) + 1;
        parts.push(bytes);
        taken += bytes.length;
        if (end === 0) continue;
        if (end === bytes.length) break;
        await this.seek(end - bytes.length, 1, o);
        parts[parts.length - 1] = Buffer.from(bytes.subarray(0, end));
        break;
      }
    } catch (error) {
      this.putBack(parts);
      throw error;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Writes all of `data`. An error has `bytesWritten`, by which the position has moved on. */
  async write(data: Uint8Array, transferred: boolean, o?: Call): Promise<number> {
    const { length } = data;
    try {
      if (this.mode.appending) {
        const end = await this.file.writeToEnd(data, transferred, o);
        this.displaced = false;
        // A pipe has no position; there it is a count of bytes.
        this.position = end >= 0 ? end : this.position + length;
        return length;
      }
      return this.#moved(await this.file.write(data, this.#at(), transferred, o));
    } catch (error) {
      const { bytesWritten = 0 } = error as { bytesWritten?: number };
      if (bytesWritten > 0) this.#moved(bytesWritten);
      throw error;
    }
  }

  /** Seeks now, and so learns errors and ends of file. */
  async seek(offset: number | bigint, whence: number, o?: Call): Promise<number> {
    // A relative seek counts from where the caller believes to be.
    if (whence === 1 && this.displaced) {
      await this.file.seek(this.position, 0, o);
      this.displaced = false;
    }
    this.position = await this.file.seek(offset, whence, o);
    this.displaced = false;
    return this.position;
  }

  tell(o?: Call): Promise<number> {
    return this.seek(0, 1, o);
  }

  async truncate(size: number | bigint | undefined, o?: Call): Promise<number> {
    const bytes = size ?? (await this.tell(o));
    await this.file.truncate(bytes, o);
    return Number(bytes);
  }

  /** Nothing is buffered here. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Brings the file's own position to where it shall be, for who else uses the descriptor. */
  async settlePosition(o?: Call): Promise<void> {
    if (this.displaced && this.file.seekable) await this.seek(this.position, 0, o);
  }

  /** fsync or fdatasync. After a failure, every later call fails: the kernel has marked the lost pages clean. */
  async sync(dataOnly: boolean, o?: Call): Promise<void> {
    if (this.syncError !== undefined) throw again(this.syncError);
    try {
      await (dataOnly ? this.file.datasync(o) : this.file.sync(o));
    } catch (error) {
      // An abort or a full lane says nothing about the disk.
      if (typeof (error as { errno?: unknown }).errno === 'number') this.syncError = error as Error;
      throw error;
    }
  }

  /** For process exit: what a write got out before anybody was told. The rest goes on behind it. */
  wroteNow(count: number): void {
    if (count > 0) this.#moved(count);
  }

  /** A last write and the close in one operation, where the file has such a thing. */
  finish(data: Uint8Array): Promise<unknown> | undefined {
    const { syncError } = this;
    const finished = this.file.finish?.(data, this.#at());
    if (finished === undefined) return undefined;
    dirty.delete(this);
    return syncError === undefined ? finished : finished.then(() => Promise.reject(again(syncError)));
  }

  async close(): Promise<void> {
    const { syncError } = this;
    if (syncError !== undefined) {
      await this.abort(syncError);
      throw again(syncError);
    }
    const finished = this.finish(NOTHING);
    if (finished !== undefined) {
      await finished;
      return;
    }
    dirty.delete(this);
    await this.file.close();
  }

  /** Closes because of an error: what was written is not published, where that is possible. */
  async abort(reason: unknown): Promise<void> {
    // From here on its descriptor may be somebody else's.
    dirty.delete(this);
    await (this.file.abort === undefined ? this.file.close() : this.file.abort(reason));
  }
}

const NOTHING = new Uint8Array(0);

/** The same failure, told again at the place of a later call. */
function again(error: Error): Error {
  const copy = new Error(error.message, { cause: error });
  return Object.assign(copy, error);
}
