// Reading bytes by lines: what raw and buffered files have in common there.
import { checkLimit } from '../arguments/numbers.js';
import type { OpOptions } from '../schedule/options.js';
import { Handle } from './handle.js';
import { Lines, type LinesOptions, linesOf } from './lines.js';

const NEWLINE = 10;

/** A file of bytes that can be read line by line. `\n` ends lines and nothing else does: bytes know no other. */
export abstract class LineHandle extends Handle {
  /** @internal The next line (or `limit` bytes of it) if it can be had without I/O; to be asked when nobody is before us. */
  abstract _tryLine(limit: number): Buffer | undefined;
  /** @internal The next line, in the caller's turn. */
  abstract _line(limit: number, o?: OpOptions): Promise<Buffer>;

  /**
   * Reads to the end of the line, which is kept.
   * @param size most bytes; negative or left out: the whole line
   * @returns a Buffer, empty at the end of the file
   * @throws ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE, AbortError,
   *   TimeoutError, and the system's errors
   */
  readline(size?: number | null, o?: OpOptions): Promise<Buffer> {
    try {
      this._checkReadable();
      const limit = checkLimit(size, 'size');
      if (o === undefined && this._sequence.idle) {
        const line = this._tryLine(limit);
        if (line !== undefined) return Promise.resolve(line);
      }
      return this._reads((o) => this._line(limit, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * All lines to the end, or as many as it takes to exceed `hint` bytes.
   * @param hint bytes after which no further line is read; 0, negative or left out: no limit
   * @throws as `readline`
   */
  readlines(hint?: number | null, o?: OpOptions): Promise<Buffer[]> {
    try {
      this._checkReadable();
      const limit = checkLimit(hint, 'hint');
      return this._reads((o) => this.#readlines(limit, o), o);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #readlines(limit: number, o?: OpOptions): Promise<Buffer[]> {
    const lines: Buffer[] = [];
    for (let total = 0; limit <= 0 || total <= limit;) {
      const line = this._tryLine(-1) ?? (await this._line(-1, o));
      if (line.length === 0) break;
      lines.push(line);
      total += line.length;
    }
    return lines;
  }

  /** Iterates over lines, each with its end. Breaking off leaves the handle just after the last line given. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return new Lines(this, true);
  }

  /**
   * Iterates over lines, by default without their ends; with `batch` over arrays of so many lines (the last may be
   * shorter), which is several times faster where there is a buffer.
   * Its `next` rejects as `readline`, and with TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE for the options.
   * @example for await (const lines of f.lines({ batch: 1000 })) total += lines.length;
   */
  lines(o: LinesOptions & { batch: number }): AsyncIterableIterator<Buffer[]>;
  lines(o?: LinesOptions): AsyncIterableIterator<Buffer>;
  lines(o: LinesOptions = {}): AsyncIterableIterator<Buffer> | AsyncIterableIterator<Buffer[]> {
    return linesOf(this, o);
  }

  /** @internal */
  _lineAtHand(keepEnd: boolean): Buffer | null {
    if (!this._sequence.idle || this._problem() !== undefined) return null;
    const line = this._tryLine(-1);
    if (line === undefined) return null;
    return keepEnd ? line : this._chomp(line);
  }

  /** @internal */
  _nextLine(): Promise<Buffer> {
    return this.readline();
  }

  /** @internal */
  _nextLines(lines: Buffer[], size: number, keepEnds: boolean): Promise<void> {
    try {
      this._checkReadable();
      return this._reads(async () => {
        while (lines.length < size) {
          const line = this._tryLine(-1) ?? (await this._line(-1));
          if (line.length === 0) return;
          lines.push(keepEnds ? line : this._chomp(line));
        }
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal */
  _chomp(line: Buffer): Buffer {
    return line[line.length - 1] === NEWLINE ? line.subarray(0, -1) : line;
  }
}
