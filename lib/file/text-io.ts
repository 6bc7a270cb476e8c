// The stateful work of a text file, one call at a time. Bytes of the buffered file go into the window, and text comes
// out of it. Written text is encoded into the buffered file. Positions follow from both.
import { EOL } from 'node:os';

import { UnicodeDecodeError, UnsupportedOperationError } from '../errors/index.js';
import type { ResolvedText } from './text-options.js';
import type { Call } from '../schedule/call.js';
import { countCodePoints } from '../text/code-points.js';
import type { ByteOrder } from '../text/decoder.js';
import { encode } from '../text/encoder.js';
import { written } from '../text/newlines.js';
import { findCodec, type Codec } from '../text/registry.js';
import type { BinaryFile } from './binary-file.js';
import type { Take } from './streams.js';
import { TextWindow } from './text-window.js';

/** The sizes of the first read, and of the largest one once a file is read in order. */
const FIRST_CHUNK = 8 * 1024;
const LARGEST_CHUNK = 64 * 1024;
/** The maximum number of bytes that one `read(n)` requests at a time. */
const LARGEST_READ = 16 * 1024 * 1024;

/** Bytes that were read: at the start of `memory`, or in memory that belongs elsewhere. */
interface Chunk {
  readonly memory: Buffer | null;
  readonly length: number;
  readonly piece?: Buffer;
}

/** Reading, writing and positions of a text file. Calls must not overlap, which Sequence ensures. */
export class TextIO {
  readonly buffer: BinaryFile;
  readonly text: ResolvedText;
  readonly window: TextWindow;
  lineBuffering: boolean;
  /** Whether text has been read since the last seek. The encoding cannot change then. */
  reading = false;
  /** The size of the next chunk in bytes. Tests set both ends of its range. */
  chunkSize = FIRST_CHUNK;
  largestChunk = LARGEST_CHUNK;
  readonly #codec: Codec;
  /** Whether the next write begins with the byte order mark; unknown until the position is known. */
  #mark: 'unknown' | 'due' | 'done';
  /** The next chunk, requested before it is needed. */
  #ahead: Promise<Chunk | null> | null = null;

  constructor(buffer: BinaryFile, text: ResolvedText) {
    this.buffer = buffer;
    this.text = text;
    this.lineBuffering = text.lineBuffering;
    this.#codec = findCodec(text.encoding)!;
    this.window = new TextWindow(this.#codec, text.errors, text.newline);
    this.#mark = this.#codec.mark === null ? 'done' : 'unknown';
  }

  get seekable(): boolean {
    return this.buffer._seekable;
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  /** The rest of the file. */
  async readAll(o?: Call): Promise<string> {
    await this.#pushAll(o);
    return this.window.take(this.window.end);
  }

  // After an error, the data that was read stays in place.
  async #pushAll(o: Call | undefined): Promise<void> {
    const ahead = await this.#ahead;
    const rest = await this.buffer._readall(o);
    this.#ahead = null;
    this.window.search(-1);
    const all = ahead === null ? rest : Buffer.concat([ahead.memory!.subarray(0, ahead.length), rest]);
    try {
      this.window.push(all, true);
    } catch (error) {
      // The text is too long for a string. Smaller reads can still get it.
      if (!(error instanceof UnicodeDecodeError)) await this.#giveBack();
      throw error;
    }
    this.reading = false;
  }

  // Gives all bytes whose text has not been read back to the buffered file.
  async #giveBack(): Promise<void> {
    if (this.seekable) return this.#stepBack();
    const { order } = this.window.decoder;
    await this.leave();
    this.window.reset(order);
  }

  /** The rest of the file as lines, or lines until they exceed `limit` code points (0 or less: no limit). */
  async readLines(limit: number, o?: Call): Promise<string[]> {
    const { window } = this;
    const lines: string[] = [];
    if (limit <= 0) {
      await this.#pushAll(o);
      for (;;) {
        window.takeLines(lines, Infinity, true);
        const line = window.take(window.findLine(window.search(-1)) ?? window.end);
        if (line === '') return lines;
        lines.push(line);
      }
    }
    window.hold();
    try {
      for (let total = 0; total <= limit;) {
        const line = window.takeWholeLine() ?? (await this.readLine(-1, o));
        if (line === '') break;
        lines.push(line);
        total += countCodePoints(line);
      }
      window.release();
      return lines;
    } catch (error) {
      // Text before malformed bytes is lost with them, as in Python.
      if (error instanceof UnicodeDecodeError) window.release();
      else window.restore();
      throw error;
    }
  }

  /** `count` code points, fewer at the end of the file. */
  async read(count: number, o?: Call): Promise<string> {
    if (count === 0) return '';
    const search = this.window.search(count);
    for (;;) {
      const place = this.window.findCharacters(search);
      if (place !== null) return this.window.take(place);
      if (!(await this.#fill(search.left, o)))
        return this.window.take(this.window.findCharacters(search) ?? this.window.end);
    }
  }

  /** The next line of at most `limit` code points (-1: any number), empty at the end of the file. */
  async readLine(limit: number, o?: Call): Promise<string> {
    if (limit === 0) return '';
    const search = this.window.search(limit);
    for (;;) {
      const place = this.window.findLine(search);
      if (place !== null) return this.window.take(place);
      if (!(await this.#fill(0, o))) {
        const place = this.window.findLine(search) ?? this.window.end;
        if (this.window.isEnd(place)) this.reading = false;
        return this.window.take(place);
      }
    }
  }

  /** Offers the available text, after as many reads as it needs to have any; an empty string at the end of the file. */
  async offer(take: Take<string>, o?: Call): Promise<void> {
    this.window.search(-1);
    for (let more = true; ; more = await this.#fill(0, o)) {
      const text = this.window.peekAll();
      if (text === '' && more) continue;
      if (take(text)) this.window.take(this.window.end);
      if (text === '') this.reading = false;
      return;
    }
  }

  /** Reads the next chunk while the program works on this one. This pays off only if lines are read in order. */
  readAhead(): void {
    if (this.#ahead !== null || !this.seekable || this.chunkSize < LARGEST_CHUNK) return;
    this.#ahead = this.#readChunk(this.chunkSize).catch(() => null); // the read that needs it fails again, and rejects
  }

  // Reads into memory that is reused. Otherwise, a large file would leave one buffer per chunk to the garbage collector,
  // which counts such memory and would run all the time.
  async #readChunk(size: number): Promise<Chunk> {
    const memory = this.window.takeSpare(size) ?? Buffer.allocUnsafeSlow(size);
    const length = await this.buffer._readinto1(memory);
    return { memory, length };
  }

  async #fill(hint: number, o?: Call): Promise<boolean> {
    let chunk = this.#ahead === null ? null : await this.#ahead;
    this.#ahead = null;
    if (chunk === null || chunk.length === 0) {
      const size = Math.max(this.chunkSize, Math.min(hint, LARGEST_READ));
      if (o === undefined && size <= LARGEST_CHUNK) {
        chunk = await this.#readChunk(size);
      } else {
        const piece = await this.buffer._read1(size, o);
        chunk = { memory: null, length: piece.length, piece };
      }
    }
    const { memory, length, piece = memory!.subarray(0, length) } = chunk;
    if (length === this.chunkSize) this.chunkSize = Math.min(this.chunkSize * 2, this.largestChunk);
    this.reading = true;
    this.window.push(piece, length === 0, memory);
    return length > 0;
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /** True if a write needs only encoding: there is no read text to step back over, no byte order mark and no flush. */
  get plainWriting(): boolean {
    return !this.window.touched && this.#mark === 'done' && !this.lineBuffering;
  }

  /** The bytes of `text`, without a byte order mark. Throws UnicodeEncodeError. */
  encode(text: string): Buffer {
    return encode(written(text, this.text.newline, EOL), this.#codec, this.text.errors);
  }

  /** Writes `text` at the position, and returns its number of code points. Nothing is written if a part cannot be encoded. */
  async write(text: string, o?: Call): Promise<number> {
    await this.#stepBack(o);
    if (this.#mark === 'unknown')
      this.#mark = this.seekable && (await this.buffer.tell()) !== 0 ? 'done' : 'due';
    const bytes = this.encode(text);
    await this.#writeBytes(bytes, o);
    // The byte order is known from now on: reading continues after the written text, without a mark.
    if (this.window.decoder.order === 'start') {
      this.window.reset(this.#mark === 'due' ? 'little' : await this.#orderAt(bytes.length));
    }
    this.#mark = 'done';
    if (this.lineBuffering && /[\r\n]/.test(text)) await this.buffer.flush(o);
    return countCodePoints(text);
  }

  async #writeBytes(bytes: Buffer, o: Call | undefined): Promise<void> {
    try {
      await this.buffer.write(this.#mark === 'due' ? Buffer.concat([this.#codec.mark!, bytes]) : bytes, o);
    } catch (error) {
      // The mark is in the file if anything is.
      if (((error as { bytesWritten?: number }).bytesWritten ?? 0) > 0) this.#mark = 'done';
      throw error;
    }
  }

  // --- position -----------------------------------------------------------------------------------------------------

  /** The offset in bytes of the next character. */
  async tell(): Promise<number> {
    this.#checkSeekable();
    if (this.#codec.isStateful) await this.#checkState();
    const ahead = await this.#ahead;
    return (await this.buffer.tell()) - this.window.unreadBytes - (ahead?.length ?? 0);
  }

  /** Moves to `offset` bytes from the start, or with null to the end. Returns the new position. */
  async seek(offset: number | bigint | null, o?: Call): Promise<number> {
    this.#checkSeekable();
    await this.#ahead;
    const position = offset === null ? await this.buffer.seek(0, 2, o) : await this.buffer.seek(offset, 0, o);
    await this.#moved(position);
    return position;
  }

  async truncate(size: number | bigint | undefined, o?: Call): Promise<number> {
    await this.#stepBack(o);
    return this.buffer.truncate(size, o);
  }

  /** Returns the bytes that were read ahead to the buffered file, and flushes it. */
  leave(): Promise<void> {
    return this.buffer._takeOver(async () => {
      const ahead = await this.#ahead;
      this.#ahead = null;
      const unread = this.window.unread();
      return ahead === null ? unread : Buffer.concat([unread, ahead.memory!.subarray(0, ahead.length)]);
    });
  }

  /** The same position with other text options. No text may have been read since the last seek. */
  async reconfigured(text: ResolvedText): Promise<TextIO> {
    if (this.reading)
      throw new UnsupportedOperationError(
        'the encoding or newline of a file cannot change after the first read',
      );
    await this.leave();
    const next = new TextIO(this.buffer, text);
    // The byte order, and whether its mark has been written, are properties of the file.
    if (next.#codec === this.#codec) {
      next.#mark = this.#mark;
      next.window.reset(this.window.decoder.order);
    }
    return next;
  }

  /** Discards what was read ahead, here and in the buffer, because it may have changed. */
  async refresh(o?: Call): Promise<void> {
    await this.#stepBack(o);
    this.buffer._dropReadAhead();
  }

  /** Moves the buffered file back to the position that the program sees, if reading has gone further. */
  async #stepBack(o?: Call): Promise<void> {
    if (!this.window.touched || !this.seekable) return;
    await this.seek(await this.tell(), o);
  }

  async #moved(position: number): Promise<void> {
    this.#ahead = null;
    this.reading = false;
    this.window.reset(await this.#orderAt(position));
    if (this.#codec.mark !== null) this.#mark = position === 0 ? 'due' : 'done';
    // At a new position, the first read is small, because a little text may be enough.
    this.chunkSize = Math.min(this.largestChunk, FIRST_CHUNK);
  }

  /** The byte order within a text is that of the mark at the start of the file. */
  async #orderAt(position: number): Promise<ByteOrder> {
    const { mark, width } = this.#codec;
    if (mark === null || (width === 1 && position > 0)) return 'little';
    if (position === 0) return 'start';
    const { order } = this.window.decoder;
    if (order !== 'start' || !this.buffer.readable()) return order === 'big' ? 'big' : 'little';
    const head = await this.buffer.pread(mark.length, 0);
    return head.equals(Buffer.from(mark).reverse()) ? 'big' : 'little';
  }

  // A position is only a number of bytes. Reading cannot continue at a position before which the bytes have switched to
  // another character set.
  async #checkState(): Promise<void> {
    const { window } = this;
    while (window.state === null && window.decoder.state !== 0) if (!(await this.#fill(0))) break;
    if ((window.state ?? window.decoder.state) === 0) return;
    throw new UnsupportedOperationError(
      `a position between the escape sequences of ${this.text.encoding} has no offset; the start of a line has one`,
    );
  }

  #checkSeekable(): void {
    if (!this.seekable) throw new UnsupportedOperationError('underlying stream is not seekable');
  }
}
