// The buffer of a binary file: bytes that were read ahead, bytes that are not yet written, and when the file below is
// called.
//
// At most one of the two halves holds bytes. While bytes are read ahead, the position of the file below is after them.
// While bytes are pending, it is where they will be written. The position that the user sees is computed from this.
import { checkUnchanged } from '../arguments/bytes.js';
import type { Call } from '../schedule/call.js';
import type { ByteLayer } from './byte-layer.js';
import { dirty } from './exit-flush.js';
import type { RawIO } from './raw-io.js';

/** The number of bytes to read ahead, and to gather before a write, unless `buffering` is given. */
export const DEFAULT_BUFFER_SIZE = 64 * 1024;

const NOTHING = Buffer.alloc(0);
const NEWLINE = 10;
// Seeks beyond this offset are made immediately: file systems reject large offsets, and the seek must report that.
const FAR = 2 ** 42;

/** The buffered layer. Calls must not overlap, which Sequence ensures, except the `try...` calls. */
export class BufferedIO implements ByteLayer {
  readonly raw: RawIO;
  readonly size: number;
  #ahead: Buffer = NOTHING;
  #next = 0; // index of the first unread byte of #ahead
  #pending: Buffer | undefined; // as large as what was written has needed
  #pendingLength = 0;
  #flushing = false;

  constructor(raw: RawIO, size: number) {
    this.raw = raw;
    this.size = size;
  }

  /** The number of bytes that are read ahead and not yet returned. */
  get unread(): number {
    return this.#ahead.length - this.#next;
  }

  /** The number of bytes that are acknowledged and not yet written. */
  get pendingLength(): number {
    return this.#pendingLength;
  }

  /** The position that the user sees. */
  get position(): number {
    return this.raw.position - this.unread + this.#pendingLength;
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  /** `size` bytes, if they are already buffered. */
  tryRead(size: number): Buffer | undefined {
    const end = this.#next + size;
    if (end > this.#ahead.length || (size === 0 && this.#pendingLength > 0)) return undefined;
    const bytes = Buffer.from(this.#ahead.subarray(this.#next, end));
    this.#next = end;
    return bytes;
  }

  /** A line, if its end is already buffered. A negative `limit` means no limit. */
  tryReadline(limit: number): Buffer | undefined {
    const from = this.#next;
    let end = this.#ahead.indexOf(NEWLINE, from) + 1;
    if (limit >= 0 && (end === 0 || end - from > limit)) {
      if (this.#ahead.length - from < limit) return undefined;
      end = from + limit;
    } else if (end === 0) {
      return undefined;
    }
    this.#next = end;
    return Buffer.from(this.#ahead.subarray(from, end));
  }

  // Called before every read that bypasses the buffer: bytes that stay in the buffer must end at the position of the file
  // below.
  #takeAhead(): Buffer {
    const rest = this.#next === 0 ? this.#ahead : this.#ahead.subarray(this.#next);
    this.#ahead = NOTHING;
    this.#next = 0;
    return rest;
  }

  /** Reads once into the empty buffer. Returns the number of bytes that it then holds, 0 at the end of the file. */
  async fill(o?: Call): Promise<number> {
    if (this.#pendingLength > 0) await this.writePending(o);
    const bytes = await this.raw.read(this.size, o);
    this.#ahead = this.unread === 0 ? bytes : Buffer.concat([this.#takeAhead(), bytes]);
    this.#next = 0;
    return bytes.length;
  }

  /** `size` bytes, fewer at the end of the file. */
  async read(size: number, o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    const ready = this.tryRead(size);
    if (ready !== undefined) return ready;
    const ahead = this.#takeAhead();
    const parts = ahead.length > 0 ? [ahead] : [];
    let missing = size - ahead.length;
    try {
      while (missing > 0) {
        // Reads that are larger than the buffer bypass it.
        if (missing >= this.size) {
          const bytes = await this.raw.read(missing, o, this.raw.file.seekable);
          if (bytes.length === 0) break;
          parts.push(bytes);
          missing -= bytes.length;
        } else {
          if ((await this.fill(o)) === 0) break;
          const part = this.tryRead(Math.min(missing, this.unread)) as Buffer;
          parts.push(part);
          missing -= part.length;
        }
      }
    } catch (error) {
      this.putBack(parts);
      throw error;
    }
    // The bytes of a single read have memory of their own. Bytes that were read ahead share memory with earlier results.
    return parts[0] === ahead && parts.length === 1 ? Buffer.from(ahead) : joined(parts);
  }

  /** The next operation reads the bytes again that a failed one had taken and did not return. */
  putBack(parts: readonly Buffer[]): void {
    this.#ahead = joined([...parts, this.#takeAhead()]);
    this.#next = 0;
  }

  async readall(o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    if (this.unread === 0) {
      this.#takeAhead();
      return this.raw.readall(o);
    }
    const rest = await this.raw.readall(o);
    return Buffer.concat([this.#takeAhead(), rest]);
  }

  async readline(limit: number, o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    const parts: Buffer[] = [];
    let taken = 0;
    try {
      for (;;) {
        const line = this.tryReadline(limit < 0 ? -1 : limit - taken);
        if (line !== undefined) {
          parts.push(line);
          break;
        }
        const part = this.#takeAhead();
        if (part.length > 0) parts.push(part);
        taken += part.length;
        if ((await this.fill(o)) === 0) break;
      }
    } catch (error) {
      this.putBack(parts);
      throw error;
    }
    return parts.length === 1 ? Buffer.from(parts[0] as Buffer) : joined(parts);
  }

  /** Makes at most one read below, and none if there are bytes in the buffer. */
  async read1(size: number, o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    if (this.unread > 0) return this.tryRead(Math.min(size, this.unread)) as Buffer;
    this.#takeAhead();
    return this.raw.read(size, o);
  }

  async readinto1(view: Uint8Array, o?: Call): Promise<number> {
    const { byteLength } = view;
    if (this.#pendingLength > 0) await this.writePending(o);
    checkUnchanged(view, byteLength);
    if (this.unread > 0 || view.byteLength === 0) return this.#copyAhead(view);
    this.#takeAhead();
    return this.raw.readinto(view, o);
  }

  async readinto(view: Uint8Array, o?: Call): Promise<number> {
    const wanted = view.byteLength;
    if (this.#pendingLength > 0) await this.writePending(o);
    checkUnchanged(view, wanted);
    if (this.unread >= wanted) return this.#copyAhead(view);
    // Reads into the caller's memory without a copy if a failure loses nothing: a file with a position can be read again.
    if (this.unread === 0 && wanted >= this.size && this.raw.file.seekable) {
      this.#takeAhead();
      return this.#readAround(view, o);
    }
    const bytes = await this.read(wanted, o);
    if (view.byteLength !== wanted) this.putBack([bytes]);
    checkUnchanged(view, wanted);
    view.set(bytes);
    return bytes.length;
  }

  async #readAround(view: Uint8Array, o?: Call): Promise<number> {
    const wanted = view.byteLength;
    let total = 0;
    try {
      // A short read is not the end of the file. Reads on until the size or the end is reached.
      while (total < wanted) {
        const count = await this.raw.readinto(total === 0 ? view : view.subarray(total), o);
        if (count === 0) break;
        total += count;
        checkUnchanged(view, wanted);
      }
    } catch (error) {
      if (total > 0) this.raw.place(this.raw.position - total);
      throw error;
    }
    return total;
  }

  #copyAhead(view: Uint8Array): number {
    const count = Math.min(view.byteLength, this.unread);
    view.set(this.#ahead.subarray(this.#next, this.#next + count));
    this.#next += count;
    return count;
  }

  /** The bytes that are read ahead, after one read if there are none. The position does not change. */
  async peek(o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    if (this.unread === 0) await this.fill(o);
    return Buffer.from(this.#ahead.subarray(this.#next));
  }

  /** Discards the bytes that were read ahead. The position that the user sees does not change. */
  dropReadAhead(): void {
    const { unread } = this;
    if (unread > 0 && !this.raw.file.seekable) return; // the bytes exist nowhere else
    this.#takeAhead();
    if (unread > 0) this.raw.place(this.raw.position - unread);
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /** Takes `bytes` into the buffer if they fit. */
  tryWrite(bytes: Uint8Array, length = bytes.length): boolean {
    if (this.#pendingLength + length > this.size) return false;
    if (this.#ahead.length > 0) this.dropReadAhead();
    if (length === 0) return true;
    this.#roomFor(length).set(bytes, this.#pendingLength);
    this.#pendingLength += length;
    if (this.#pendingLength === length) dirty.add(this.raw, this);
    return true;
  }

  // The buffer grows with the data. Many files are short, and allocating a large buffer for each handle costs more than
  // copying a few bytes.
  #roomFor(length: number): Buffer {
    const pending = this.#pending ?? NOTHING;
    const needed = this.#pendingLength + length;
    if (needed <= pending.length) return pending;
    const grown = Buffer.allocUnsafe(Math.min(this.size, Math.max(needed, 4 * pending.length)));
    grown.set(pending.subarray(0, this.#pendingLength));
    return (this.#pending = grown);
  }

  async write(bytes: Uint8Array, transferred: boolean, o?: Call): Promise<number> {
    const { length } = bytes;
    if (!transferred && this.tryWrite(bytes)) return length;
    this.dropReadAhead();
    // Copied before the flush, because the caller may change the bytes while it runs.
    const kept = this.#pendingLength === 0 || transferred ? bytes : Uint8Array.prototype.slice.call(bytes);
    if (this.#pendingLength > 0) await this.writePending(o, true);
    if (kept.length < this.size && this.tryWrite(kept)) return length;
    return this.raw.write(kept, transferred || kept !== bytes, o);
  }

  /** Writes the pending bytes. After an error, those not written stay. `forRoom`: a write makes room for its own bytes. */
  async writePending(o?: Call, forRoom = false): Promise<void> {
    if (this.#pendingLength === 0) return;
    const length = this.#pendingLength;
    this.#flushing = true;
    try {
      await this.raw.write((this.#pending as Buffer).subarray(0, length), false, o);
      this.#written(length);
    } catch (error) {
      const failed = error as { bytesWritten?: number };
      this.#written(failed.bytesWritten ?? 0);
      if (forRoom) delete failed.bytesWritten; // none of its own
      throw error;
    } finally {
      this.#flushing = false;
    }
  }

  #written(count: number): void {
    this.#pending?.copyWithin(0, count, this.#pendingLength);
    this.#pendingLength -= count;
    if (this.#pendingLength === 0) dirty.delete(this.raw);
  }

  /** For the exit of the process: writes the pending bytes synchronously. */
  flushNow(): void {
    if (this.#flushing) {
      const count = Math.min(this.raw.file.settleNow(), this.#pendingLength);
      this.raw.wroteNow(count);
      this.#written(count);
    }
    if (this.#pendingLength === 0) return;
    const bytes = (this.#pending as Buffer).subarray(0, this.#pendingLength);
    this.raw.writeNow(bytes);
    this.#written(bytes.length);
  }

  // --- both ---------------------------------------------------------------------------------------------------------

  async seek(offset: number | bigint, whence: 0 | 1 | 2, o?: Call): Promise<number> {
    // Flushes first, because in append mode only the flush determines the position.
    if (this.#pendingLength > 0) await this.writePending(o);
    if (whence !== 2 && typeof offset === 'number') {
      const target = whence === 0 ? offset : this.position + offset;
      if (target >= 0 && target < FAR) {
        // A seek within the bytes that were read ahead needs no call.
        const start = this.raw.position - this.#ahead.length;
        if (this.#ahead.length > 0 && target >= start && target <= this.raw.position) {
          this.#next = target - start;
        } else {
          this.#takeAhead();
          this.raw.place(target);
        }
        return target;
      }
    }
    this.dropReadAhead();
    // Awaited, so that the stack of an immediate error leads to the caller.
    return await this.raw.seek(offset, whence, o);
  }

  async tell(o?: Call): Promise<number> {
    // Other writers may append, too. Only the file knows where these bytes will be.
    if (this.raw.mode.appending && this.#pendingLength > 0 && this.raw.file.seekable)
      await this.writePending(o);
    if (!this.raw.file.seekable) return this.raw.seek(0, 1, o);
    return this.position;
  }

  /** Writes the pending bytes, then calls fsync or fdatasync. */
  async sync(dataOnly: boolean, o?: Call): Promise<void> {
    await this.writePending(o);
    await this.raw.sync(dataOnly, o);
  }

  async truncate(size: number | bigint | undefined, o?: Call): Promise<number> {
    await this.writePending(o);
    this.dropReadAhead();
    const bytes = size ?? this.position;
    await this.raw.file.truncate(bytes, o);
    return Number(bytes);
  }

  /** Writes the pending bytes, and sets the position of the file below to the one that the user sees. */
  async flush(o?: Call): Promise<void> {
    await this.writePending(o);
    if (this.unread > 0) this.dropReadAhead();
    await this.raw.flush(o);
  }

  async close(): Promise<void> {
    const finished = this.raw.finish(this.#pending?.subarray(0, this.#pendingLength) ?? NOTHING);
    if (finished !== undefined) {
      this.#pendingLength = 0;
      dirty.delete(this.raw);
      await finished;
      return;
    }
    let problem: unknown;
    try {
      await this.writePending();
      // Another holder of the descriptor continues from the user's position.
      if (!this.raw.file.owned) await this.flush();
    } catch (error) {
      problem = error;
    }
    dirty.delete(this.raw);
    try {
      await (problem === undefined ? this.raw.close() : this.raw.abort(problem));
    } catch (error) {
      problem ??= error; // the error that reports lost bytes is more important
    }
    if (problem !== undefined) throw problem as Error;
  }

  /** Discards the pending bytes, and closes without publishing. */
  abort(reason: unknown): Promise<void> {
    this.#pendingLength = 0;
    dirty.delete(this.raw);
    return this.raw.abort(reason);
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
