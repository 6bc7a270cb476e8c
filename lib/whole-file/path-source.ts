// The paths of readMany: any iterable, which can be slow, endless, or fail.
import { setImmediate } from '../timers.js';
import { isIterable } from '../arguments/bytes.js';
import { invalidArgValue } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import { unlessEnded } from '../schedule/watch-call.js';

type Step<P> = IteratorResult<P, unknown>;

/** The paths that a caller has given, some at a time. */
export class PathSource<P> {
  readonly isAsync: boolean;
  readonly #iterator: Iterator<P> | AsyncIterator<P>;
  /** The next step, which has been requested and not been taken. */
  #step: Promise<Step<P>> | undefined;
  /** A step has been requested and has not arrived. */
  #busy = false;
  /** There are no more paths. */
  ended = false;
  /** The error that it has ended with. */
  failure: { readonly error: unknown } | undefined;

  constructor(paths: Iterable<P> | AsyncIterable<P>) {
    this.isAsync = isIterable(paths, Symbol.asyncIterator);
    this.#iterator = this.isAsync
      ? (paths as AsyncIterable<P>)[Symbol.asyncIterator]()
      : (paths as Iterable<P>)[Symbol.iterator]();
  }

  /** The next paths, at most `most`. Fewer are the last ones. */
  take(most: number): P[] {
    const items: P[] = [];
    try {
      while (items.length < most) {
        const step = (this.#iterator as Iterator<P>).next();
        checkStep(step);
        if (!this.#takeInto(items, step)) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    return items;
  }

  /** The same of an asynchronous source: those that come soon. Waits for the first one only if it `mayWait`. */
  async takeSoon(most: number, mayWait: boolean, call: Call | undefined): Promise<P[]> {
    const items: P[] = [];
    let soon: Promise<undefined> | undefined;
    while (items.length < most) {
      this.#step ??= this.#request();
      const step =
        mayWait && items.length === 0
          ? await unlessEnded(this.#step, call?.renewed())
          : await Promise.race([this.#step, (soon ??= nextIteration())]);
      if (step === undefined) break;
      this.#step = undefined;
      if (!this.#takeInto(items, step)) break;
    }
    return items;
  }

  // Also resolves if the source fails: the wait for it can fail for other reasons.
  async #request(): Promise<Step<P>> {
    this.#busy = true;
    try {
      const step = await this.#iterator.next();
      checkStep(step);
      return step;
    } catch (error) {
      this.#fail(error);
      return { done: true, value: undefined };
    } finally {
      this.#busy = false;
    }
  }

  #takeInto(items: P[], step: Step<P>): boolean {
    if (step.done === true) this.ended = true;
    else items.push(step.value);
    return !this.ended;
  }

  #fail(error: unknown): void {
    this.ended = true;
    this.failure = { error };
  }

  /** Tells the source that no more paths are wanted. Waits for its clean-up, unless it is busy with a path. */
  async end(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    const ending = Promise.resolve(this.#iterator.return?.());
    if (!this.#busy) await ending;
    else ending.catch(() => undefined);
  }
}

function checkStep(step: unknown): void {
  if (typeof step !== 'object' || step === null)
    throw invalidArgValue('paths', step, 'must be an iterator whose steps are objects');
}

const nextIteration = (): Promise<undefined> =>
  new Promise((resolve) => void setImmediate(resolve, undefined));
