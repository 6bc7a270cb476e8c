// Iteration over the lines of a text or binary file. While lines are read ahead, each step returns one without I/O and
// without queueing. The iterators hold no lines: what was read ahead belongs to the handle. So after a `break`, other
// iterators and reads continue after the last line that was returned.
import { count, flag, optionReader } from '../arguments/options.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `lines`. `signal`, `lane` and `timeout` apply to each step. */
export interface LinesOptions extends OpOptions {
  /** Keeps the line endings. Default false. */
  keepEnds?: boolean | undefined;
  /** Yields arrays of this many lines. The last one can be shorter. */
  batch?: number | undefined;
}

/** What the iterators need from a file. `L` is string or Buffer. */
interface LineSource<L> {
  /** The next line, with or without its line ending, if this needs no I/O and no earlier call is queued. */
  _lineAtHand(keepEnd: boolean): L | null;
  /** The next line with its line ending, after as many reads as it needs; empty at the end of the file. */
  _nextLine(call?: Call): Promise<L>;
  /** Adds the next lines to `lines`, up to `size`. If it rejects, `lines` has those before the failure. */
  _nextLines(lines: L[], size: number, keepEnds: boolean, call?: Call): Promise<void>;
  /** A line without its line ending. */
  _chomp(line: L): L;
}

type Step<T> = IteratorResult<T, undefined>;

/**
 * A step with a line, which looks exactly like `{ value, done: false }`. A constructor makes it, because V8 decides for
 * each object literal whether its objects live long. If it decides so for this literal, it allocates the steps among
 * the old objects, where dead steps keep their lines alive. A loop over lines is then three times slower for the rest
 * of the process (seen on Node 20).
 */
const LineStep = function (this: { value: unknown; done: boolean }, value: unknown): void {
  this.value = value;
  this.done = false;
} as unknown as new <L>(value: L) => IteratorYieldResult<L>;
(LineStep as { prototype: unknown }).prototype = Object.prototype;

/** A resolved step with this line. */
export function stepWith<L>(line: L): Promise<IteratorYieldResult<L>> {
  return Promise.resolve(new LineStep(line));
}

const readLinesOptions = optionReader({ keepEnds: flag(false), batch: count(undefined, 1) });

/** The iterator that `lines` returns for these options. Invalid options reject its first `next`. */
export function linesOf<L extends string | Buffer>(
  source: LineSource<L>,
  o: LinesOptions | undefined,
): AsyncIterableIterator<L> | AsyncIterableIterator<L[]> {
  try {
    const { keepEnds, batch, call } = readLinesOptions(o);
    return batch === undefined
      ? new Lines(source, keepEnds, call)
      : new LineBatches(source, keepEnds, batch, call);
  } catch (error) {
    return new RefusedLines<L>(error);
  }
}

abstract class LineIterator<T> implements AsyncIterableIterator<T> {
  protected ended = false;

  abstract next(): Promise<Step<T>>;

  return(): Promise<Step<T>> {
    this.ended = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Iterates over single lines. */
export class Lines<L extends string | Buffer> extends LineIterator<L> {
  readonly #source: LineSource<L>;
  readonly #keepEnds: boolean;
  readonly #call: Call | undefined;

  constructor(source: LineSource<L>, keepEnds: boolean, call?: Call) {
    super();
    this.#source = source;
    this.#keepEnds = keepEnds;
    this.#call = call;
  }

  next(): Promise<Step<L>> {
    if (!this.ended) {
      const value = this.#source._lineAtHand(this.#keepEnds);
      if (value !== null) return stepWith(value);
    }
    return this.#nextChunk();
  }

  async #nextChunk(): Promise<Step<L>> {
    if (this.ended) return { value: undefined, done: true };
    const line = await this.#source._nextLine(this.#call?.renewed());
    if (line.length === 0) return { value: undefined, done: true };
    return { value: this.#keepEnds ? line : this.#source._chomp(line), done: false };
  }
}

/** Iterates over arrays of lines. */
export class LineBatches<L extends string | Buffer> extends LineIterator<L[]> {
  readonly #source: LineSource<L>;
  readonly #keepEnds: boolean;
  readonly #size: number;
  readonly #call: Call | undefined;
  #failure: { error: unknown } | undefined;

  constructor(source: LineSource<L>, keepEnds: boolean, size: number, call: Call | undefined) {
    super();
    this.#call = call;
    this.#source = source;
    this.#keepEnds = keepEnds;
    this.#size = size;
  }

  async next(): Promise<Step<L[]>> {
    if (this.ended) return { value: undefined, done: true };
    const value: L[] = [];
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#source._nextLines(value, this.#size, this.#keepEnds, this.#call?.renewed());
    } catch (error) {
      // The lines before the error are returned first. The next step rejects.
      this.#failure = value.length > 0 ? { error } : undefined;
      if (value.length === 0) throw error;
    }
    return value.length > 0 ? { value, done: false } : { value: undefined, done: true };
  }
}

class RefusedLines<L> extends LineIterator<L> {
  readonly #reason: unknown;

  constructor(reason: unknown) {
    super();
    this.#reason = reason;
  }

  async next(): Promise<Step<L>> {
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    throw this.#reason;
  }
}
