// The buffer of a binary file: what was read ahead, what is not yet written, and when the file below is asked.
//
// At most one of the two halves holds anything. With bytes read ahead, the file stands behind them; with bytes to write,
// the file stands where they shall go. The position that the user sees follows from that and is kept nowhere.
import { invalidState } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { ByteLayer } from './byte-layer.js';
import { dirty } from './exit-flush.js';
import type { RawIO } from './raw-io.js';

/** Bytes read ahead and gathered before writing, unless `buffering` says otherwise. */
export const DEFAULT_BUFFER_SIZE = 64 * 1024;

const NOTHING = Buffer.alloc(0);
const NEWLINE = 10;
// Seeks beyond this are made at once: file systems refuse far offsets, and that error belongs to the seek.
const FAR = 2 ** 42;

/** The buffered layer. Calls must not overlap (Sequence sees to it), but for the `try...` ones. */
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

  /** Bytes read ahead and not yet handed out. */
  get unread(): number {
    return this.#ahead.length - this.#next;
  }

  /** Bytes acknowledged and not yet written. */
  get pendingLength(): number {
    return this.#pendingLength;
  }

  /** Where the user stands. */
  get position(): number {
    return this.raw.position - this.unread + this.#pendingLength;
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  /** `size` bytes if they are there already. */
  tryRead(size: number): Buffer | undefined {
    const end = this.#next + size;
    if (end > this.#ahead.length || (size === 0 && this.#pendingLength > 0)) return undefined;
    const bytes = Buffer.from(this.#ahead.subarray(this.#next, end));
    this.#next = end;
    return bytes;
  }

  /** A line if its end is there already; `limit` < 0: none. */
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

  // Called before every read that goes around the buffer: what stays in it ends where the file below stands.
  #takeAhead(): Buffer {
    const rest = this.#next === 0 ? this.#ahead : this.#ahead.subarray(this.#next);
    this.#ahead = NOTHING;
    this.#next = 0;
    return rest;
  }

  /** Reads once into the empty buffer; the bytes that are there then, 0 at the end of the file. */
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
        // What is larger than the buffer goes around it.
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
    // A single read's bytes have memory of their own; those read ahead share it with what was delivered before.
    return parts[0] === ahead && parts.length === 1 ? Buffer.from(ahead) : joined(parts);
  }

  /** What an operation had taken and did not deliver is read again by the next one. */
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

  /** At most one read below, and none when there are bytes already. */
  async read1(size: number, o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    if (this.unread > 0) return this.tryRead(Math.min(size, this.unread)) as Buffer;
    this.#takeAhead();
    return this.raw.read(size, o);
  }

  async readinto1(view: Uint8Array, o?: Call): Promise<number> {
    if (this.#pendingLength > 0) await this.writePending(o);
    if (this.unread > 0 || view.byteLength === 0) return this.#copyAhead(view);
    this.#takeAhead();
    return this.raw.readinto(view, o);
  }

  async readinto(view: Uint8Array, o?: Call): Promise<number> {
    if (this.#pendingLength > 0) await this.writePending(o);
    const wanted = view.byteLength;
    if (this.unread >= wanted) return this.#copyAhead(view);
    // Into the caller's memory without a copy, where nothing is lost by a failure: a file with a position is read again.
    if (this.unread === 0 && wanted >= this.size && this.raw.file.seekable) {
      this.#takeAhead();
      return this.#readAround(view, o);
    }
    const bytes = await this.read(wanted, o);
    if (view.byteLength !== wanted) {
      this.putBack([bytes]);
      throw viewChanged();
    }
    view.set(bytes);
    return bytes.length;
  }

  async #readAround(view: Uint8Array, o?: Call): Promise<number> {
    const wanted = view.byteLength;
    let total = 0;
    try {
      // A short read is no end of file; the rest is asked for until it is one.
      while (total < wanted) {
        const count = await this.raw.readinto(total === 0 ? view : view.subarray(total), o);
        if (count === 0) break;
        total += count;
        if (view.byteLength !== wanted) throw viewChanged();
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

  /** The bytes read ahead, after one read when there are none; the position stays. */
  async peek(o?: Call): Promise<Buffer> {
    if (this.#pendingLength > 0) await this.writePending(o);
    if (this.unread === 0) await this.fill(o);
    return Buffer.from(this.#ahead.subarray(this.#next));
  }

  /** Forgets what was read ahead; the position that the user sees stays. */
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
    if (this.#pendingLength === 0) dirty.add(this.raw, this);
    this.#pendingLength += length;
    return true;
  }

  // The buffer grows with what is written: many files are short, and a large buffer for each handle keeps the collector
  // busier than copying a few bytes does.
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
    // Taken now: flushing awaits, and the caller may change the bytes meanwhile.
    const kept = this.#pendingLength === 0 || transferred ? bytes : Uint8Array.prototype.slice.call(bytes);
    if (this.#pendingLength > 0) await this.writePending(o);
    if (kept.length < this.size && this.tryWrite(kept)) return length;
    return this.raw.write(kept, transferred || kept !== bytes, o);
  }

  /** Writes what is pending. On an error what has not been written stays. */
  async writePending(o?: Call): Promise<void> {
    if (this.#pendingLength === 0) return;
    const length = this.#pendingLength;
    this.#flushing = true;
    try {
      await this.raw.write((this.#pending as Buffer).subarray(0, length), false, o);
      this.#written(length);
    } catch (error) {
      this.#written((error as { bytesWritten?: number }).bytesWritten ?? 0);
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

  /** For process exit: writes what is pending before it returns. */
  flushNow(): void {
    if (this.#flushing) {
      const count = Math.min(this.raw.file.settleNow(), this.#pendingLength);
      this.raw.wroteNow(count);
      this.#written(count);
    }
    if (this.#pendingLength === 0) return;
    const bytes = (this.#pending as Buffer).subarray(0, this.#pendingLength);
    this.raw.file.writeNow(bytes, this.raw.displaced && !this.raw.mode.appending ? this.raw.position : -1);
    this.#written(bytes.length);
  }

  // --- both ---------------------------------------------------------------------------------------------------------

  async seek(offset: number | bigint, whence: 0 | 1 | 2, o?: Call): Promise<number> {
    // First: in append mode only the flush says where the position is.
    if (this.#pendingLength > 0) await this.writePending(o);
    if (whence !== 2 && typeof offset === 'number') {
      const target = whence === 0 ? offset : this.position + offset;
      if (target >= 0 && target < FAR) {
        // Within what was read ahead nothing needs to be asked.
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
    // Awaited, so that the stack of an error that comes at once leads on to the caller.
    return await this.raw.seek(offset, whence, o);
  }

  async tell(o?: Call): Promise<number> {
    // Others may append as well: only the file knows where our bytes will stand.
    if (this.raw.mode.appending && this.#pendingLength > 0 && this.raw.file.seekable)
      await this.writePending(o);
    if (!this.raw.file.seekable) return this.raw.seek(0, 1, o);
    return this.position;
  }

  /** Writes what is pending, then fsync or fdatasync. */
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

  /** Besides writing what is pending, brings the file's own position to where the user stands. */
  async flush(o?: Call): Promise<void> {
    await this.writePending(o);
    if (this.unread > 0) this.dropReadAhead();
    await this.raw.settlePosition(o);
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
      problem ??= error; // that bytes were lost says more
    }
    if (problem !== undefined) throw problem as Error;
  }

  /** Drops what is pending and closes without publishing. */
  abort(reason: unknown): Promise<void> {
    this.#pendingLength = 0;
    dirty.delete(this.raw);
    return this.raw.abort(reason);
  }
}

function viewChanged(): Error {
  return invalidState('the view was detached or resized while it was being read into');
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
