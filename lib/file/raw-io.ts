// The unbuffered layer: an open file and its position, as far as it is known. The buffered layer uses it.
import { checkUnchanged } from '../arguments/bytes.js';
import { type OpenFile, CURRENT, unreadBytes } from '../filesystem/open-file.js';
import type { Mode } from './mode.js';
import type { Call } from '../schedule/call.js';
import type { ByteLayer } from './byte-layer.js';
import { dirty } from './exit-flush.js';
import type { FileLocks } from './locks.js';

// The sizes of the first read, and of the largest one, in search of the end of a line.
const FIRST_BLOCK = 512;
const LARGEST_BLOCK = 64 * 1024;
const NEWLINE = 10;

/**
 * An open file and its position, as far as it is known here. `position` is where the next read or write will happen.
 * `displaced` means that the file's own position is elsewhere, and the next transfer sets it in the same operation. So
 * a seek to a known offset costs no operation of its own.
 */
export class RawIO implements ByteLayer {
  readonly file: OpenFile;
  readonly mode: Mode;
  position: number;
  displaced = false;
  /** Set when the file is being closed or is closed, by any layer. */
  closing: Promise<void> | undefined;
  /** The error of a failed sync. Linux reports it only once, so it is kept here: a second sync would wrongly succeed. */
  syncError: Error | undefined;
  /** The file's locks, once one has been asked for. */
  locks: FileLocks | undefined;
  // Bytes of a file without a position whose read finished after its caller was rejected.
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
   * Sets where the next transfer will happen, even if this is already the known position. The descriptor may have been
   * moved elsewhere (by sendfile, or a child process), and with a seek the program determines where to continue.
   */
  place(position: number): void {
    this.position = position;
    this.displaced = true;
  }

  /** Reads once, or with `fully` until it has `size` bytes or the end is reached. */
  async read(size: number, o?: Call, fully = false): Promise<Buffer> {
    if (this.#late !== undefined) return this.#takeLate(size);
    try {
      const bytes = await this.file.read(size, this.#at(), fully, o);
      // A read of no bytes does not move the file's position.
      if (size > 0) this.#moved(bytes.length);
      return bytes;
    } catch (error) {
      this.#keepUnread(error);
      throw error;
    }
  }

  /** As `read`, into memory of the caller. */
  async readinto(view: Uint8Array, o?: Call): Promise<number> {
    const { byteLength } = view;
    // A read that may finish after its caller was rejected must not write to the caller's memory.
    if (o !== undefined || this.#late !== undefined) {
      const bytes = await this.read(byteLength, o);
      if (view.byteLength !== byteLength) this.putBack([bytes]);
      checkUnchanged(view, byteLength);
      view.set(bytes);
      return bytes.length;
    }
    try {
      const count = await this.file.readinto(view, this.#at());
      return byteLength > 0 ? this.#moved(count) : 0; // as `read`
    } catch (error) {
      this.#keepUnread(error);
      throw error;
    }
  }

  /** Reads to the end of the file. */
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

  /**
   * Gives back the bytes that were read last. In a file with a position, they are read again. Bytes from a pipe exist
   * only here, so they are kept.
   */
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

  /** @returns no bytes, because there is no buffer */
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
   * A line of at most `limit` bytes (negative: any number). In a file with a position, more bytes are read, and the
   * position is set back to the end of the line. A pipe is read one byte at a time, as in Python, because other bytes
   * would be lost.
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

  /** Writes all of `data`. An error has `bytesWritten`, and the position has moved by that number. */
  async write(data: Uint8Array, transferred: boolean, o?: Call): Promise<number> {
    const { length } = data;
    try {
      if (this.mode.appending) {
        const end = await this.file.writeToEnd(data, transferred, o);
        if (length === 0) return 0; // a write of no bytes does not move the file's position, either
        this.displaced = false;
        // For a pipe, which has no position, this is a count of bytes.
        this.position = end >= 0 ? end : this.position + length;
        return length;
      }
      return this.#moved(await this.file.write(data, this.#at(), transferred, o));
    } catch (error) {
      const { bytesWritten = 0 } = error as { bytesWritten?: number };
      if (bytesWritten > 0) await this.#stoppedAfter(bytesWritten);
      throw error;
    }
  }

  // Only the file knows where appended bytes have ended.
  async #stoppedAfter(bytesWritten: number): Promise<void> {
    this.#moved(bytesWritten);
    if (this.mode.appending && this.file.seekable)
      this.position = await this.file.seek(0, 1).catch(() => this.position);
  }

  /** Seeks immediately, to get errors, or the end of the file. */
  async seek(offset: number | bigint, whence: number, o?: Call): Promise<number> {
    // A relative seek is relative to the position that the caller sees.
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

  /** Nothing is buffered here, but other users of the descriptor need the file's own position. */
  async flush(o?: Call): Promise<void> {
    if (this.displaced && this.file.seekable) await this.seek(this.position, 0, o);
  }

  /** fsync or fdatasync. After a failure, every later call fails: the kernel has marked the lost pages clean. */
  async sync(dataOnly: boolean, o?: Call): Promise<void> {
    if (this.syncError !== undefined) throw again(this.syncError);
    try {
      await (dataOnly ? this.file.datasync(o) : this.file.sync(o));
    } catch (error) {
      // An abort or a full lane is not a failure of the disk.
      if (typeof (error as { errno?: unknown }).errno === 'number') this.syncError = error as Error;
      throw error;
    }
  }

  /** For the exit of the process: how many bytes a running write has written. The rest is written after them. */
  wroteNow(count: number): void {
    if (count > 0) this.#moved(count);
  }

  /** For the exit of the process: writes synchronously. More may follow, because another listener of 'exit' may write, too. */
  writeNow(bytes: Uint8Array): void {
    const at = this.mode.appending ? CURRENT : this.#at();
    this.file.writeNow(bytes, at);
    if (at === CURRENT) this.wroteNow(bytes.length);
    else this.place(at + bytes.length);
  }

  /** Makes a last write and the close in one operation, if the file supports this. */
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
    try {
      // Bytes that could not be delivered are there for the next user of the descriptor.
      if (!this.file.owned) await this.flush();
    } finally {
      await this.file.close();
    }
  }

  /** Closes because of an error. If the file system can, the written data is not published. */
  async abort(reason: unknown): Promise<void> {
    // From here on, the number of its descriptor may belong to another file.
    dirty.delete(this);
    await (this.file.abort === undefined ? this.file.close() : this.file.abort(reason));
  }
}

const NOTHING = new Uint8Array(0);

/** The same failure, with the stack of a later call. */
function again(error: Error): Error {
  const copy = new Error(error.message, { cause: error });
  return Object.assign(copy, error);
}
