// Iteration over the lines of a text file: an object whose steps are answered from decoded text, without I/O or queue,
// as long as there is some. It holds no text of its own: read-ahead belongs to the handle.
import type { TextFile } from './text-file.js';

type Step<T> = IteratorResult<T, undefined>;

/** Iterates over single lines. */
export class TextLines implements AsyncIterableIterator<string> {
  readonly #file: TextFile;
  readonly #keepEnds: boolean;
  #ended = false;

  constructor(file: TextFile, keepEnds: boolean) {
    this.#file = file;
    this.#keepEnds = keepEnds;
  }

  next(): Promise<Step<string>> {
    if (!this.#ended) {
      const value = this.#file._lineAtHand(this.#keepEnds);
      if (value !== null) return Promise.resolve({ value, done: false });
    }
    return this.#nextChunk();
  }

  return(): Promise<Step<string>> {
    this.#ended = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #nextChunk(): Promise<Step<string>> {
    if (this.#ended) return { value: undefined, done: true };
    const line = await this.#file._nextLine();
    if (line === '') return { value: undefined, done: true };
    return { value: this.#keepEnds ? line : this.#file._chomp(line), done: false };
  }
}

/** Iterates over arrays of lines. */
export class TextLineBatches implements AsyncIterableIterator<string[]> {
  readonly #file: TextFile;
  readonly #keepEnds: boolean;
  readonly #size: number;
  #failure: { error: unknown } | undefined;
  #ended = false;

  constructor(file: TextFile, keepEnds: boolean, size: number) {
    this.#file = file;
    this.#keepEnds = keepEnds;
    this.#size = size;
  }

  async next(): Promise<Step<string[]>> {
    if (this.#ended) return { value: undefined, done: true };
    const value: string[] = [];
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#file._nextLines(value, this.#size, this.#keepEnds);
    } catch (error) {
      // The lines before it come first; the next step tells.
      this.#failure = value.length > 0 ? { error } : undefined;
      if (value.length === 0) throw error;
    }
    return value.length > 0 ? { value, done: false } : { value: undefined, done: true };
  }

  return(): Promise<Step<string[]>> {
    this.#ended = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
