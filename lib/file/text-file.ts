// A text file, as Python's io.TextIOWrapper: strings over a buffered binary file, positions in bytes, counts in code points.

import { checkItems } from '../arguments/bytes.js';
import { checkLimit, checkPosition } from '../arguments/numbers.js';
import { flag, optionReader } from '../arguments/options.js';
import { invalidArgType, invalidArgValue, UnsupportedOperationError } from '../errors/index.js';
import { checkTextOptions, TEXT_CHECKS } from './text-options.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { countCodePoints } from '../text/code-points.js';
import type { ErrorHandlerName } from '../text/codec.js';
import type { Newline } from '../text/newlines.js';
import { takeItems } from './byte-source.js';
import { Lines, type LinesOptions, linesOf } from './lines.js';
import { sinkStream, type StreamOptions, type Take, textStream } from './streams.js';
import { TextHandle } from './text-handle.js';

/** Options of `reconfigure`. Those that are omitted do not change. */
export interface ReconfigureOptions extends OpOptions {
  /** The encoding, by one of its Python names. */
  encoding?: string | undefined;
  /** How bytes or characters that cannot be converted are handled. */
  errors?: ErrorHandlerName | undefined;
  /** As for `open`. */
  newline?: Newline | undefined;
  /** Whether each line ending that is written flushes the buffer. */
  lineBuffering?: boolean | undefined;
}

const readReconfigureOptions = optionReader({ ...TEXT_CHECKS, lineBuffering: flag(undefined) });

/**
 * A text file. Calls that are not awaited run in call order. Reads and writes share one position, regardless of how much text has
 * already been decoded.
 * @throws ClosedFileError; UnsupportedOperationError if the mode or the kind of file does not allow the operation; TypeError and
 *   RangeError for invalid arguments; AbortError, TimeoutError, and the system's errors in Node's shape
 * @cancelling a queued call makes no system call; a running read leaves its bytes in the handle for the next read, and a running
 *   write reports `bytesWritten`
 * @platforms the same on all systems; only Linux reads cached data without a thread
 * @example await using f = await open('notes.txt', 'r+');
 * @see https://docs.python.org/3/library/io.html#io.TextIOWrapper
 */
export class TextFile extends TextHandle {
  // --- reading ------------------------------------------------------------------------------------------------------

  /**
   * Reads `size` code points.
   * @param size code points; if it is omitted, null or negative, reads to the end of the file
   * @returns a string, which is shorter only at the end of the file, and empty if there is no more text
   * @throws UnicodeDecodeError, ClosedFileError, UnsupportedOperationError (not readable), RangeError ERR_OUT_OF_RANGE,
   *   AbortError, TimeoutError, and the system's errors
   * @example const all = await f.read();
   */
  read(size?: number | null, o?: OpOptions): Promise<string> {
    return this._reading(o, () => {
      const count = checkLimit(size, 'size');
      return count < 0 ? (o) => this._text.readAll(o) : (o) => this._text.read(count, o);
    });
  }

  /**
   * Reads one line, including its line ending.
   * @param size the maximum number of code points; if it is omitted or negative, reads the whole line
   * @returns a string, which is empty at the end of the file
   * @throws as `read`
   * @example const line = await f.readline();
   */
  readline(size?: number | null, o?: OpOptions): Promise<string> {
    if (size === undefined && o === undefined) {
      const line = this._lineAtHand(true);
      if (line !== null) return Promise.resolve(line);
    }
    return this._reading(o, () => {
      const limit = checkLimit(size, 'size');
      return (o) => this._text.readLine(limit, o);
    });
  }

  /**
   * Reads all lines, or lines until their total length exceeds `hint`.
   * @param hint code points after which no further line is read; no limit if it is omitted, 0 or negative
   * @returns an array of strings, each with its line ending
   * @throws as `read`
   * @example const lines = await f.readlines();
   */
  readlines(hint?: number | null, o?: OpOptions): Promise<string[]> {
    return this._reading(o, () => {
      const limit = checkLimit(hint, 'hint');
      return (o) => this._text.readLines(limit, o);
    });
  }

  /**
   * Iterates over lines, including their line endings. After a `break`, the position is after the last line received.
   * @returns an async iterator of strings
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return new Lines(this, true);
  }

  /**
   * Iterates over lines, by default without their line endings. With `batch`, iterates over arrays of up to that many lines,
   * which is several times faster.
   * @returns an async iterator of strings, or of arrays of strings; its `next` rejects as `read`
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
   * @returns the number of code points written, which is always that of `data`
   * @throws UnicodeEncodeError (nothing is written then), ClosedFileError, UnsupportedOperationError (not writable),
   *   TypeError ERR_INVALID_ARG_TYPE, and the system's errors when the buffer had to be flushed
   * @example await f.write('hello\n');
   */
  write(data: string, o?: OpOptions): Promise<number> {
    if (o === undefined && typeof data === 'string' && this._sequence.idle && this._text.plainWriting) {
      try {
        this._checkWritable();
        const bytes = this._text.encode(data);
        if (this.buffer._tryWrite(bytes)) return Promise.resolve(countCodePoints(data));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this._writing(o, () => {
      checkString(data);
      return (o) => this._text.write(data, o);
    });
  }

  /**
   * Writes all strings in order, without separators.
   * @throws as `write`; the strings before the one that failed are written
   * @cancelling ends waiting for the next item, and tells `items` to end
   * @example await f.writelines(['a\n', 'b\n']);
   */
  writelines(items: Iterable<string> | AsyncIterable<string>, o?: OpOptions): Promise<void> {
    return this._writing(o, () => {
      if (typeof items !== 'string') checkItems(items);
      return (o) =>
        takeItems(items, o, (item) => {
          checkString(item);
          return this._text.write(item, o);
        });
    });
  }

  // --- web streams --------------------------------------------------------------------------------------------------

  /**
   * Creates a web stream of the rest of the file. Each chunk is the text of one read. (Request and response bodies are bytes, so
   * use `f.buffer.readableStream()` for them.) The handle stays open, unless `close` is true.
   * @returns a ReadableStream of strings
   * @cancelling ends a read that waits
   * @throws ClosedFileError, UnsupportedOperationError (not readable), TypeError for the options
   * @example for await (const text of f.readableStream()) show(text);
   */
  readableStream(o?: StreamOptions): ReadableStream<string> {
    this._checkReadable();
    return textStream(this, o);
  }

  /** @internal Text that `take` does not accept stays in the handle. */
  async _offerText(take: Take<string>, call: Call): Promise<void> {
    await this._reading(call, () => (call) => this._text.offer(take, call));
  }

  /**
   * Creates a web stream that writes strings. Closing the stream flushes. Aborting it ends a write that waits. The handle stays
   * open, unless `close` is true.
   * @returns a WritableStream of strings
   * @example await lines.pipeTo(f.writableStream());
   * @throws ClosedFileError, UnsupportedOperationError (not writable), TypeError for the options
   */
  writableStream(o?: StreamOptions): WritableStream<string> {
    this._checkWritable();
    return sinkStream<string>(this, o);
  }

  // --- position -----------------------------------------------------------------------------------------------------

  /**
   * Sets the position.
   * @param offset a value that `tell` returned; 0 if `whence` is 1 (current position) or 2 (end)
   * @returns the new position in bytes from the start
   * @example await f.seek(0);
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
      if (whence === 0) return this._text.seek(checkPosition(offset, 'offset'), o);
      if (whence === 1) return this._text.tell().then((position) => this._text.seek(position, o));
      if (whence === 2) return this._text.seek(null, o);
      throw invalidArgValue('whence', whence, 'must be 0 (start), 1 (current position) or 2 (end)');
    });
  }

  /**
   * Gets the position.
   * @returns the byte offset of the next character
   * @throws UnsupportedOperationError (a pipe, or between the characters of `iso-2022-jp`), ClosedFileError, the errors of a flush
   * @example const position = await f.tell();
   */
  tell(): Promise<number> {
    return this._stateful(undefined, () => this._text.tell());
  }

  /**
   * Truncates the file, or extends it with zeros. The position does not change.
   * @param size bytes; the current position by default
   * @returns the new size
   * @example await f.truncate(0);
   */
  truncate(size?: number | bigint | null, o?: OpOptions): Promise<number> {
    return this._writing(o, () => {
      const bytes = size === undefined || size === null ? undefined : checkPosition(size, 'size');
      return (o) => this._text.truncate(bytes, o);
    });
  }

  // --- the file -----------------------------------------------------------------------------------------------------

  /**
   * Flushes, and changes how text is read and written. Settings that are omitted do not change, except that a new `encoding`
   * resets `errors` to 'strict'.
   * @throws UnsupportedOperationError if text has already been read and anything except `lineBuffering` changes; TypeError for the
   *   options, UnknownEncodingError, and the errors of `flush`
   * @example await stdout.reconfigure({ encoding: 'latin-1' });
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
    const { newline } = changes;
    const encoding = changes.encoding ?? undefined; // null changes nothing, as None in Python
    const errors = changes.errors ?? undefined;
    const lineBuffering = changes.lineBuffering ?? this._text.lineBuffering;
    if (encoding === undefined && errors === undefined && newline === undefined) {
      this._text.lineBuffering = lineBuffering;
      return;
    }
    const now = this._text.text;
    const text = checkTextOptions(
      {
        encoding: encoding ?? now.encoding,
        errors: errors ?? (encoding === undefined ? now.errors : 'strict'),
        newline: newline === undefined ? now.newline : newline,
      },
      lineBuffering,
    );
    this._text = await this._text.reconfigured(text);
  }

  // --- what the iterators use -----------------------------------------------------------------------------------------

  /** @internal The next line, if it is already decoded and no earlier call is queued. */
  _lineAtHand(keepEnd: boolean): string | null {
    if (!this._sequence.idle || this._problem() !== undefined) return null;
    const { window } = this._text;
    return keepEnd ? window.takeWholeLine() : window.takeBareLine();
  }

  /** @internal The next line, after as many reads as it needs. The chunk after it is already requested. */
  _nextLine(call?: Call): Promise<string> {
    return this._reading(call, () => async (call) => {
      const line = await this._text.readLine(-1, call);
      this._text.readAhead();
      return line;
    });
  }

  /** @internal */
  _chomp(line: string): string {
    return this._text.window.finder.chomp(line);
  }

  /** @internal Adds the next lines to `lines`, up to `size`. If it rejects, `lines` has those before the failure. */
  _nextLines(lines: string[], size: number, keepEnds: boolean, call?: Call): Promise<void> {
    return this._reading(call, () => async (call) => {
      for (;;) {
        this._text.window.takeLines(lines, size, keepEnds);
        if (lines.length === size) return;
        const line = await this._text.readLine(-1, call);
        if (line === '') return;
        this._text.readAhead();
        lines.push(keepEnds ? line : this._chomp(line));
        if (lines.length === size) return;
      }
    });
  }
}

function checkString(data: unknown): asserts data is string {
  if (typeof data !== 'string') throw invalidArgType('data', 'of type string', data);
}
