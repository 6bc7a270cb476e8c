// A text file, as Python's io.TextIOWrapper: strings over a buffered binary file, positions in bytes, counts in code points.

import { checkItems } from '../arguments/bytes.js';
import { checkLimit, checkPosition } from '../arguments/numbers.js';
import { flag, optionReader, unchecked } from '../arguments/options.js';
import { invalidArgType, invalidArgValue, UnsupportedOperationError } from '../errors/index.js';
import { checkTextOptions } from './text-options.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { countCodePoints } from '../text/code-points.js';
import type { ErrorHandlerName } from '../text/codec.js';
import type { Newline } from '../text/newlines.js';
import { Lines, type LinesOptions, linesOf } from './lines.js';
import { sinkStream, type StreamOptions, type Take, textStream } from './streams.js';
import { TextHandle } from './text-handle.js';

/** What `reconfigure` may change. */
export interface ReconfigureOptions extends OpOptions {
  encoding?: string | undefined;
  errors?: ErrorHandlerName | undefined;
  newline?: Newline | undefined;
  lineBuffering?: boolean | undefined;
}

const readReconfigureOptions = optionReader({
  encoding: unchecked,
  errors: unchecked,
  newline: unchecked,
  lineBuffering: flag(undefined),
});

/**
 * A text file. Stateful calls made without waiting run in call order. Reads and writes go on from one position, whatever
 * was decoded ahead.
 */
export class TextFile extends TextHandle {
  // --- reading ------------------------------------------------------------------------------------------------------

  /**
   * Reads `size` code points.
   * @param size code points; without it, or negative or null, everything up to the end
   * @returns a string, shorter than asked only at the end of the file, empty when there is nothing more
   * @throws UnicodeDecodeError, ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE,
   *   AbortError, TimeoutError, and the system's errors
   * @example const all = await f.read();
   */
  read(size?: number | null, o?: OpOptions): Promise<string> {
    return this._reading(o, () => {
      const count = checkLimit(size, 'size');
      return count < 0 ? (o) => this._io.readAll(o) : (o) => this._io.read(count, o);
    });
  }

  /**
   * Reads to the end of the line, which is kept.
   * @param size most code points; negative or left out: the whole line
   * @returns a string, empty at the end of the file
   * @throws as `read`
   */
  readline(size?: number | null, o?: OpOptions): Promise<string> {
    if (size === undefined && o === undefined) {
      const line = this._lineAtHand(true);
      if (line !== null) return Promise.resolve(line);
    }
    return this._reading(o, () => {
      const limit = checkLimit(size, 'size');
      return (o) => this._io.readLine(limit, o);
    });
  }

  /**
   * All lines to the end, or as many as it takes to exceed `hint` code points.
   * @param hint code points after which no further line is read; 0, negative or left out: no limit
   * @throws as `read`
   */
  readlines(hint?: number | null, o?: OpOptions): Promise<string[]> {
    return this._reading(o, () => {
      const limit = checkLimit(hint, 'hint');
      return (o) => this._io.readLines(limit, o);
    });
  }

  /** Iterates over lines, each with its end. Breaking off leaves the handle just after the last line given. */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return new Lines(this, true);
  }

  /**
   * Iterates over lines, by default without their ends; with `batch` over arrays of so many lines (the last may be
   * shorter), which is several times faster.
   * Its `next` rejects as `read`, and with TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE for the options.
   * @example for await (const lines of f.lines({ batch: 1000 })) total += lines.length;
   */
  lines(o: LinesOptions & { batch: number }): AsyncIterableIterator<string[]>;
  lines(o?: LinesOptions): AsyncIterableIterator<string>;
  lines(o?: LinesOptions): AsyncIterableIterator<string> | AsyncIterableIterator<string[]> {
    return linesOf(this, o);
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /**
   * Writes a string.
   * @returns the code points written: all of them
   * @throws UnicodeEncodeError (nothing is written then), ClosedFileError, UnsupportedOperationError (not writable),
   *   TypeError ERR_INVALID_ARG_TYPE, and the system's errors when the buffer had to be flushed
   * @example await f.write('hello\n');
   */
  write(data: string, o?: OpOptions): Promise<number> {
    if (o === undefined && typeof data === 'string' && this._sequence.idle && this._io.plainWriting) {
      try {
        this._checkWritable();
        const bytes = this._io.encode(data);
        if (this.buffer._tryWrite(bytes)) return Promise.resolve(countCodePoints(data));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this._writing(o, () => {
      checkString(data);
      return (o) => this._io.write(data, o);
    });
  }

  /**
   * Writes each string in order, without adding anything between them.
   * @throws as `write`; the strings before the one that failed are written
   */
  writelines(items: Iterable<string> | AsyncIterable<string>, o?: OpOptions): Promise<void> {
    return this._writing(o, () => {
      if (typeof items !== 'string') checkItems(items);
      return async (o) => {
        for await (const item of items) {
          checkString(item);
          await this._io.write(item, o);
        }
      };
    });
  }

  // --- web streams --------------------------------------------------------------------------------------------------

  /**
   * The rest of the file as a web stream of strings, each as much as one read gave. (Bodies of requests and responses are
   * bytes: `f.buffer.readableStream()`.) Cancelling ends a read that waits; the handle stays open and usable, unless
   * `{ close: true }` hands it over to the stream.
   * @throws ClosedFileError, UnsupportedOperationError (not readable), TypeError for the options
   * @example for await (const text of f.readableStream()) process(text);
   */
  readableStream(o?: StreamOptions): ReadableStream<string> {
    this._check();
    this.buffer._checkReadable();
    return textStream(this, o);
  }

  /** @internal What `take` refuses stays with the handle. */
  async _offerText(take: Take<string>, call: Call): Promise<void> {
    await this._reading(call, () => (call) => this._io.offer(take, call));
  }

  /**
   * A web stream that writes its strings. Closing it flushes; aborting ends a write that waits. The handle stays open,
   * unless `{ close: true }` hands it over to the stream.
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError for the options
   */
  writableStream(o?: StreamOptions): WritableStream<string> {
    this._checkWritable();
    return sinkStream<string>(this, o);
  }

  /** @internal */
  _writeChunk(chunk: string, call: Call): Promise<number> {
    return this.write(chunk, call);
  }

  /** @internal */
  _flush(call: Call): Promise<void> {
    return this.flush(call);
  }

  // --- position -----------------------------------------------------------------------------------------------------

  /**
   * Moves the position.
   * @param offset bytes from the start, as `tell` gives them; 0 with whence 1 (stay) and 2 (the end)
   * @returns the new position in bytes from the start
   * @throws UnsupportedOperationError (a pipe, or another offset with whence 1 or 2), RangeError ERR_OUT_OF_RANGE,
   *   TypeError ERR_INVALID_ARG_VALUE (whence), ClosedFileError
   */
  seek(offset: number | bigint, whence: 0 | 1 | 2 = 0, o?: OpOptions): Promise<number> {
    return this._stateful(o, (o) => {
      if ((whence === 1 || whence === 2) && offset !== 0 && offset !== 0n) {
        throw new UnsupportedOperationError(
          'a text file can seek relative to its position or its end only by 0',
        );
      }
      if (whence === 0) return this._io.seek(checkPosition(offset, 'offset'), o);
      if (whence === 1) return this._io.tell().then((position) => this._io.seek(position, o));
      if (whence === 2) return this._io.seek(null, o);
      throw invalidArgValue('whence', whence, 'must be 0 (start), 1 (current position) or 2 (end)');
    });
  }

  /** The position: the offset in bytes of the next character. Rejects with UnsupportedOperationError on a pipe. */
  tell(): Promise<number> {
    return this._stateful(undefined, () => this._io.tell());
  }

  /**
   * Sets the file's size in bytes, cutting or extending with zeros; the position stays.
   * @param size bytes; the position unless told
   * @returns the new size
   */
  truncate(size?: number | bigint | null, o?: OpOptions): Promise<number> {
    return this._writing(o, () => {
      const bytes = size === undefined || size === null ? undefined : checkPosition(size, 'size');
      return (o) => this._io.truncate(bytes, o);
    });
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  /**
   * Flushes and changes how text is read and written. What is not given stays, but a new encoding comes with `errors`
   * 'strict' unless told.
   * @throws UnsupportedOperationError when text has been read already and more than `lineBuffering` is to change, TypeError for
   *   the options, UnknownEncodingError, and what `flush` throws
   */
  reconfigure(options: ReconfigureOptions): Promise<void> {
    try {
      this._check();
      const changes = readReconfigureOptions(options);
      return this._stateful(changes.call, async (call) => {
        await this.#reconfigure(changes);
        await this.buffer.flush(call);
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #reconfigure(changes: ReturnType<typeof readReconfigureOptions>): Promise<void> {
    const { encoding, errors, newline } = changes;
    const lineBuffering = changes.lineBuffering ?? this._io.lineBuffering;
    if (encoding === undefined && errors === undefined && newline === undefined) {
      this._io.lineBuffering = lineBuffering;
      return;
    }
    const now = this._io.text;
    const text = checkTextOptions(
      {
        encoding: encoding ?? now.encoding,
        errors: errors ?? (encoding === undefined ? now.errors : 'strict'),
        newline: newline === undefined ? now.newline : newline,
      },
      lineBuffering,
    );
    this._io = await this._io.reconfigured(text);
  }

  // --- what the iterators use -----------------------------------------------------------------------------------------

  /** @internal The next line when it is decoded already and nobody is before us. */
  _lineAtHand(keepEnd: boolean): string | null {
    if (!this._sequence.idle || this._problem() !== undefined) return null;
    const { window } = this._io;
    return keepEnd ? window.takeWholeLine() : window.takeBareLine();
  }

  /** @internal The next line, however far away, while the chunk after it is asked for already. */
  _nextLine(call?: Call): Promise<string> {
    return this._reading(call, () => async (call) => {
      const line = await this._io.readLine(-1, call);
      this._io.readAhead();
      return line;
    });
  }

  /** @internal */
  _chomp(line: string): string {
    return this._io.window.finder.chomp(line);
  }

  /** @internal Adds the next lines to `lines`, up to `size`; when it rejects, those before the failure are there. */
  _nextLines(lines: string[], size: number, keepEnds: boolean, call?: Call): Promise<void> {
    return this._reading(call, () => async (call) => {
      for (;;) {
        this._io.window.takeLines(lines, size, keepEnds);
        if (lines.length === size) return;
        const line = await this._io.readLine(-1, call);
        if (line === '') return;
        this._io.readAhead();
        lines.push(keepEnds ? line : this._chomp(line));
        if (lines.length === size) return;
      }
    });
  }
}

function checkString(data: unknown): asserts data is string {
  if (typeof data !== 'string') throw invalidArgType('data', 'of type string', data);
}
