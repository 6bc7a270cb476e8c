// An open file with what is known of its position: what the raw and the buffered file share.
import { type OpenFile, CURRENT, LATE } from '../filesystem/open-file.js';
import { invalidState } from '../errors/index.js';
import type { Mode } from '../open/mode.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * A backend file and its position as far as it is known here. `position` is where the next read or write shall happen;
 * `displaced` says that the file's own position is elsewhere, so that the next transfer sets it in the same operation:
 * a seek to a known place costs no operation of its own.
 */
export class RawIO {
  readonly file: OpenFile;
  readonly mode: Mode;
  position: number;
  displaced = false;
  /** Set when the file is being closed or is closed, by whichever layer. */
  closing: Promise<void> | undefined;
  /** The error of a failed sync. Linux forgets it after telling it once, so it is kept here: a retry would lie. */
  syncError: Error | undefined;
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
  async read(size: number, fully: boolean, o?: OpOptions): Promise<Buffer> {
    if (this.#late !== undefined) return this.#takeLate(size);
    try {
      const bytes = await this.file.read(size, this.#at(), fully, o);
      // A read of nothing leaves the file where it was.
      if (size > 0) this.#moved(bytes.length);
      return bytes;
    } catch (error) {
      this.#keepLate(error);
      throw error;
    }
  }

  /** As `read`, into the caller's memory. */
  async readinto(view: Uint8Array, o?: OpOptions): Promise<number> {
    // What may end too late must not have been put into the caller's memory by then.
    if (o !== undefined || this.#late !== undefined) {
      const { byteLength } = view;
      const bytes = await this.read(byteLength, false, o);
      if (view.byteLength !== byteLength) {
        this.putBack(bytes);
        throw invalidState('the view was detached or resized while it was being read into');
      }
      view.set(bytes);
      return bytes.length;
    }
    try {
      return this.#moved(await this.file.readinto(view, this.#at()));
    } catch (error) {
      this.#keepLate(error);
      throw error;
    }
  }

  /** Everything up to the end of the file. */
  async readToEnd(o?: OpOptions): Promise<Buffer> {
    if (this.#late !== undefined) {
      const late = this.#late;
      this.#late = undefined;
      return Buffer.concat([late, await this.readToEnd(o)]);
    }
    try {
      const bytes = await this.file.readToEnd(this.#at(), o);
      this.#moved(bytes.length);
      return bytes;
    } catch (error) {
      this.#keepLate(error);
      throw error;
    }
  }

  #takeLate(size: number): Buffer {
    const late = this.#late as Buffer;
    this.#late = late.length > size ? late.subarray(size) : undefined;
    return late.subarray(0, size);
  }

  #keepLate(error: unknown): void {
    const bytes = (error as { [LATE]?: Buffer })[LATE];
    if (bytes === undefined) return;
    this.#moved(bytes.length);
    this.putBack(bytes);
  }

  /** Gives back what was read last: a file with a position is read again, what came through a pipe exists only here. */
  putBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.file.seekable) this.place(this.position - bytes.length);
    else this.#late = this.#late === undefined ? bytes : Buffer.concat([bytes, this.#late]);
  }

  /** Writes all of `data`. An error has `bytesWritten`, by which the position has moved on. */
  async write(data: Uint8Array, transferred: boolean, o?: OpOptions): Promise<number> {
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
  async seek(offset: number | bigint, whence: number, o?: OpOptions): Promise<number> {
    // A relative seek counts from where the caller believes to be.
    if (whence === 1 && this.displaced) {
      await this.file.seek(this.position, 0, o);
      this.displaced = false;
    }
    this.position = await this.file.seek(offset, whence, o);
    this.displaced = false;
    return this.position;
  }

  /** Brings the file's own position to where it shall be, for who else uses the descriptor. */
  async settlePosition(o?: OpOptions): Promise<void> {
    if (this.displaced && this.file.seekable) await this.seek(this.position, 0, o);
  }

  /** fsync or fdatasync. Once it has failed it fails for ever: the kernel has marked the lost pages clean. */
  async sync(dataOnly: boolean, o?: OpOptions): Promise<void> {
    if (this.syncError !== undefined) throw again(this.syncError);
    try {
      await (dataOnly ? this.file.datasync(o) : this.file.sync(o));
    } catch (error) {
      if (isFromSystem(error)) this.syncError = error as Error;
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
    if (finished === undefined || syncError === undefined) return finished;
    return finished.then(() => Promise.reject(again(syncError)));
  }

  async close(): Promise<void> {
    const { syncError } = this;
    if (syncError === undefined) return this.file.close();
    await this.abort(syncError);
    throw again(syncError);
  }

  /** Closes because of an error: what was written is not published, where that is possible. */
  async abort(reason: unknown): Promise<void> {
    await (this.file.abort === undefined ? this.file.close() : this.file.abort(reason));
  }
}

// An abort or a full lane says nothing about the disk.
function isFromSystem(error: unknown): boolean {
  return typeof (error as { errno?: unknown }).errno === 'number';
}

/** The same failure, told again at the place of a later call. */
function again(error: Error): Error {
  const copy = new Error(error.message, { cause: error });
  return Object.assign(copy, error);
}
