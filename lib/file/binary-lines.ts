// Iteration over the lines of a binary file. The iterator holds nothing of its own: read-ahead belongs to the handle, so
// that breaking off, other iterators and plain reads all see the position after the last line.
import { checkCount } from '../arguments/numbers.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import type { BinaryFile } from './binary-file.js';

/** Options of `lines`. */
export interface LinesOptions {
  /** Keep the line ends. Default false. */
  keepEnds?: boolean | undefined;
  /** Give arrays of up to so many lines. */
  batch?: number | undefined;
}

/** Checks `lines` options; batch 0 stands for single lines. */
export function checkLinesOptions(o: LinesOptions): { keepEnds: boolean; batch: number } {
  if (typeof o !== 'object' || o === null) throw invalidArgType('options', 'of type object', o);
  const { keepEnds = false, batch } = o;
  if (typeof keepEnds !== 'boolean') throw invalidArgType('options.keepEnds', 'of type boolean', keepEnds);
  if (batch === undefined) return { keepEnds, batch: 0 };
  if (checkCount(batch, 'options.batch') === 0) throw outOfRange('options.batch', '>= 1', batch);
  return { keepEnds, batch };
}

/** An iterator of lines (batch 0) or of arrays of lines. */
export class BinaryLines<T extends Buffer | Buffer[]> implements AsyncIterableIterator<T> {
  readonly #file: BinaryFile;
  readonly #keepEnds: boolean;
  readonly #batch: number;
  #problem: Error | undefined;

  constructor(file: BinaryFile, keepEnds: boolean, batch: number) {
    this.#file = file;
    this.#keepEnds = keepEnds;
    this.#batch = batch;
  }

  /** What is wrong with the options rejects the first `next`. */
  static from(file: BinaryFile, o: LinesOptions): BinaryLines<Buffer> | BinaryLines<Buffer[]> {
    let checked: { keepEnds: boolean; batch: number };
    try {
      checked = checkLinesOptions(o);
    } catch (error) {
      const refused = new BinaryLines<Buffer>(file, true, 0);
      refused.#problem = error as Error;
      return refused;
    }
    const { keepEnds, batch } = checked;
    return batch === 0
      ? new BinaryLines<Buffer>(file, keepEnds, 0)
      : new BinaryLines<Buffer[]>(file, keepEnds, batch);
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#problem !== undefined) throw this.#problem;
    if (this.#batch > 0) return this.#nextBatch();
    const line = await this.#file.readline();
    if (line.length === 0) return { done: true, value: undefined };
    return { done: false, value: this.#cut(line) as T };
  }

  async #nextBatch(): Promise<IteratorResult<T, undefined>> {
    const first = await this.#file.readline();
    if (first.length === 0) return { done: true, value: undefined };
    const lines = [first];
    if (this.#file._sequence.idle) lines.push(...this.#file._buffer.takeLines(this.#batch - 1));
    return { done: false, value: lines.map((line) => this.#cut(line)) as T };
  }

  #cut(line: Buffer): Buffer {
    return !this.#keepEnds && line[line.length - 1] === 10 ? line.subarray(0, -1) : line;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
