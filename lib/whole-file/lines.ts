// lines(path): all lines of a file, the last ones, and those appended later.
import { type Path, toPathBytes } from '../arguments/path.js';
import { count, flag, optionReader } from '../arguments/options.js';
import { ClosedFileError, isDescriptorShortage } from '../errors/index.js';
import { LineBatches, Lines, stepWith } from '../file/lines.js';
import { withTables } from '../file/load-tables.js';
import type { TextFile } from '../file/text-file.js';
import { openToRead } from '../open/open.js';
import { checkTextOptions, type ResolvedText, TEXT_CHECKS } from '../file/text-options.js';
import type { Call } from '../schedule/call.js';
import { FollowedLines } from './follow-lines.js';
import { startOfLastLines } from './last-lines.js';
import type { ReadTextOptions } from './read-file.js';

/** Options of `lines`. `signal` ends the iteration; `lane` and `timeout` apply to each operation on the file. */
export interface PathLinesOptions extends ReadTextOptions {
  /** Keeps the line endings. Default false. */
  keepEnds?: boolean | undefined;
  /** Yields arrays of this many lines; of fewer at the end and, with `follow`, if fewer are available. */
  batch?: number | undefined;
  /** Begins with this many of the last lines, which are searched from the end of the file. Default: all lines. */
  last?: number | undefined;
  /** Continues with lines that are appended later, even if a new file takes the name. Default false. */
  follow?: boolean | undefined;
}

const readOptions = optionReader({
  ...TEXT_CHECKS,
  keepEnds: flag(false),
  batch: count(undefined, 1),
  last: count(undefined),
  follow: flag(false),
});

type Settings = ReturnType<typeof readOptions> & { readonly text: ResolvedText };
type Line = string | string[];

/** Opens the file at the first step. Closes it after the last one, or when a loop ends early. */
class PathLines implements AsyncIterableIterator<Line> {
  readonly #path: string | Uint8Array = '';
  #o: Settings | undefined;
  readonly #given: ReturnType<typeof readOptions> | undefined;
  #lines: Promise<AsyncIterator<Line, undefined>> | undefined;
  #source: AsyncIterator<Line, undefined> | undefined;
  #file: TextFile | undefined;
  // The file, if its lines are returned one by one. Lines that are already read are then returned without waiting.
  #single: TextFile | undefined;
  #ended = false;

  constructor(path: Path, o: unknown) {
    try {
      this.#path = toPathBytes(path);
      const given = readOptions(o);
      this.#given = given;
      this.#o = { ...given, text: checkTextOptions(given, false) };
    } catch (error) {
      // The first step waits for a descriptor, or reports the error.
      if (isDescriptorShortage(error)) return;
      this.#lines = Promise.reject(error);
      this.#lines.catch(() => undefined);
    }
  }

  async #begin(): Promise<AsyncIterator<Line, undefined>> {
    const given = this.#given!;
    const o = (this.#o ??= {
      ...given,
      text: await withTables(() => checkTextOptions(given, false), given.call?.renewed()),
    });
    const source = o.follow ? new FollowedLines(this.#path, o) : await this.#open(o);
    return (this.#source = source);
  }

  async #open({ text, keepEnds, batch, last, call }: Settings): Promise<AsyncIterator<Line, undefined>> {
    const file = (await openToRead(this.#path, text, call?.renewed())) as TextFile;
    this.#file = file;
    // `return` was called meanwhile.
    if (this.#ended) {
      await file.close();
      throw new ClosedFileError();
    }
    if (last !== undefined) {
      const found = (await file.seekable()) && (await seekToLast(file, last, text, call));
      if (!found) return lastOfMany(file, last, { keepEnds, batch, call });
    }
    if (batch !== undefined) return new LineBatches(file, keepEnds, batch, call);
    this.#single = file;
    return new Lines(file, keepEnds, call);
  }

  next(): Promise<IteratorResult<Line, undefined>> {
    if (this.#single !== undefined && !this.#ended) {
      const line = this.#single._lineAtHand(this.#o!.keepEnds);
      if (line !== null) return stepWith(line);
    }
    return this.#nextOfSource();
  }

  async #nextOfSource(): Promise<IteratorResult<Line, undefined>> {
    if (this.#ended) return { done: true, value: undefined };
    this.#lines ??= this.#begin();
    try {
      const result = await (await this.#lines).next();
      if (result.done === true) await this.return();
      return result;
    } catch (error) {
      const ended = this.#ended;
      await this.return();
      // An interruption by `return` is not a failure.
      if (ended) return { done: true, value: undefined };
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Line, undefined>> {
    this.#ended = true;
    try {
      // Called first, because it ends a read that the other one waits for.
      await this.#file?.close();
    } finally {
      await this.#source?.return?.();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** False if the size of the file says nothing about its end, as in /proc and /sys. */
async function seekToLast(
  file: TextFile,
  last: number,
  text: ResolvedText,
  call: Call | undefined,
): Promise<boolean> {
  const readAt = (size: number, position: number): Promise<Buffer> =>
    file.buffer.pread(size, position, call?.renewed());
  const { size } = await file.buffer.stat(call?.renewed());
  const { length } = await readAt(1, Math.max(0, size - 1));
  if (length !== Math.min(1, size)) return false;
  await file.seek(last === 0 ? size : (await startOfLastLines(readAt, size, last, text)).start);
  return true;
}

/** The last lines of a file that is read from its beginning. */
async function* lastOfMany(
  file: TextFile,
  last: number,
  { keepEnds, batch, call }: Pick<Settings, 'keepEnds' | 'batch' | 'call'>,
): AsyncGenerator<Line, undefined> {
  let kept: string[] = [];
  for await (const lines of new LineBatches(file, keepEnds, 1000, call)) {
    kept.push(...lines);
    if (kept.length > last + 10_000) kept = kept.slice(-last || kept.length);
  }
  if (last < kept.length) kept = kept.slice(kept.length - last);
  if (batch === undefined) yield* kept;
  else while (kept.length > 0) yield kept.splice(0, batch);
  return undefined;
}

/**
 * Iterates over the lines of a text file, by default without line endings. With `batch`, iterates over arrays of up to
 * that many lines. Opens the file at the first step, and closes it at the end.
 *
 * With `last`, begins with the last lines of the file, which it finds by reading backwards from the end. With `follow`,
 * continues with lines that are appended later, until the signal is aborted or the loop ends. If the file is replaced
 * (log rotation), reads the rest of the old file and continues with the new one. If the file is truncated, restarts at
 * the beginning. `fs.watch` reports changes. The file is also checked once per second, unless it is on a local file
 * system of Linux and its path contains no link, because all changes are reported only there.
 * @param o `last`, `follow`, `keepEnds` (false), `batch`, `encoding` ('utf-8'), `errors` ('strict'), `newline` (null),
 *   `signal`, `lane`, `timeout` (of each operation on the file, in milliseconds; not of waiting for lines)
 * @returns an async iterator of lines; with `batch` of arrays of lines
 * @throws from its steps, as `open` and `readText`; AbortError; UnsupportedOperationError for `follow` with a pipe
 * @cancelling ends at the next step. `break` and `return()` also end it
 * @platforms `follow` checks the file once per second, except on local file systems of Linux
 * @example for await (const line of lines('access.log', { last: 10, follow: true, signal })) show(line);
 */
export function lines(path: Path, o: PathLinesOptions & { batch: number }): AsyncIterableIterator<string[]>;
export function lines(path: Path, o?: PathLinesOptions): AsyncIterableIterator<string>;
export function lines(path: Path, o?: PathLinesOptions): unknown {
  return new PathLines(path, o);
}
