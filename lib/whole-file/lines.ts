// The lines of a file by its path.
import type { Path } from '../arguments/path.js';
import type { LinesOptions } from '../file/lines.js';
import type { TextFile } from '../file/text-file.js';
import { open } from '../open/open.js';
import type { ReadTextOptions } from './read-text.js';

/** Options of `lines`. */
export interface PathLinesOptions extends ReadTextOptions, LinesOptions {}

type Line = string | string[];

/** Opens the file at the first step and closes it after the last, or when a loop over it breaks off. */
class PathLines implements AsyncIterableIterator<Line> {
  readonly #path: Path;
  readonly #o: PathLinesOptions;
  #lines: Promise<AsyncIterator<Line>> | undefined;
  #file: TextFile | undefined;
  #ended = false;

  constructor(path: Path, o: PathLinesOptions) {
    this.#path = path;
    this.#o = o;
  }

  async #open(): Promise<AsyncIterator<Line>> {
    const { keepEnds, batch, ...text } = this.#o;
    const file = await open(this.#path, 'r', text);
    this.#file = file;
    if (this.#ended) await file.close();
    return file.lines({ keepEnds, batch } as LinesOptions)[Symbol.asyncIterator]();
  }

  async next(): Promise<IteratorResult<Line>> {
    if (this.#ended) return { done: true, value: undefined };
    this.#lines ??= this.#open();
    try {
      const result = await (await this.#lines).next();
      if (result.done === true) await this.return();
      return result;
    } catch (error) {
      this.#ended = true;
      await this.#file?.close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Line>> {
    this.#ended = true;
    await this.#file?.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Iterates over the lines of a text file, by default without their ends; with `batch` over arrays of so many. The file is
 * opened at the first step and closed at the end.
 * @throws from its steps, as `open` and `readText`
 * @example for await (const line of lines('access.log')) count(line);
 */
export function lines(path: Path, o: PathLinesOptions & { batch: number }): AsyncIterableIterator<string[]>;
export function lines(path: Path, o?: PathLinesOptions): AsyncIterableIterator<string>;
export function lines(path: Path, o: PathLinesOptions = {}): unknown {
  return new PathLines(path, o);
}
