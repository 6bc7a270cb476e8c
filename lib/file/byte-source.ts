// Bytes that come from a program's own source: an iterable, an async iterable, a web stream or a Node stream.
import type { Readable } from 'node:stream';

import { checkItems, type Bytes, toBytes } from '../arguments/bytes.js';
import { ClosedFileError } from '../errors/index.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { watchCall } from '../schedule/watch-call.js';
import { encodeUtf8 } from '../text/encoder.js';

/** Chunks of bytes, or strings, which are UTF-8: an array, a generator, `node:stream` and `node:stream/web` streams. */
export type ByteSource = Iterable<string | Bytes> | AsyncIterable<string | Bytes>;

const ignore = (): void => undefined;

type Step = IteratorResult<unknown, unknown>;

/** Reads a source chunk by chunk. One call at a time. */
export class SourceReader {
  /** Set where the source is a Node stream. */
  readonly #stream: Readable | undefined;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #name: string;
  /** A step that nobody has taken yet. */
  #pending: Promise<Step> | undefined;
  /** What `begin` has seen and `next` has not given. */
  #first: Uint8Array | undefined;
  #isOver = false;
  /** Nobody waits for the source any more. */
  #isStopped = false;
  #giveUp: (() => void) | undefined;

  /** @throws TypeError ERR_INVALID_ARG_TYPE where `source` cannot be iterated over */
  constructor(source: ByteSource, name: string) {
    checkItems(source, name);
    this.#name = name;
    if (typeof (source as Partial<Readable>).on === 'function') {
      this.#stream = source as Readable;
      // Its iterator listens only from the first step on, and would tell then.
      this.#stream.on('error', ignore);
    }
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /**
   * The next chunk; undefined at the end.
   * @throws what the source throws; AbortError and TimeoutError, after which the chunk is still to come; TypeError for a chunk
   *   that is neither bytes nor a string; UnicodeEncodeError for a string with a lone surrogate
   */
  async next(call: Call | undefined): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined || this.#isOver) return first;
    const step = await this.step(call);
    if (step.done === true) return undefined;
    return typeof step.value === 'string'
      ? encodeUtf8(step.value)
      : toBytes(step.value, `a chunk of ${this.#name}`);
  }

  /** The next item as it is. Rejects with what the source throws; AbortError and TimeoutError. */
  async step(call: Call | undefined): Promise<Step> {
    throwIfAborted(call?.signal);
    this.#pending ??= this.#step();
    const step = await this.#before(this.#pending, call);
    this.#pending = undefined;
    if (step.done === true) this.#isOver = true;
    return step;
  }

  /** Waits for the first chunk, which `next` then gives. Rejects as `next`, before anything has been done for the source. */
  async begin(call: Call | undefined): Promise<void> {
    this.#first = await this.next(call);
  }

  async #step(): Promise<Step> {
    try {
      const step = await this.#iterator.next();
      return step.done === true ? step : { done: false, value: await step.value };
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  /** `step`, unless `call` ends before, or `stopWaiting` is called and the step is not there at once. */
  #before(step: Promise<Step>, call: Call | undefined): Promise<Step> {
    return new Promise((resolve, reject) => {
      let last: NodeJS.Immediate | undefined;
      this.#giveUp = () => (last ??= setImmediate(() => reject(new ClosedFileError())));
      if (this.#isStopped) this.#giveUp();
      const unwatch = watchCall(call, reject);
      const settled = (): void => {
        unwatch?.();
        clearImmediate(last);
        this.#giveUp = undefined;
      };
      step.finally(settled).then(resolve, reject);
    });
  }

  /** From now on, `next` gives what is there, and rejects with ClosedFileError instead of waiting for the source. */
  stopWaiting(): void {
    this.#isStopped = true;
    this.#giveUp?.();
  }

  /** Tells the source that nobody wants more. Waits for its clean-up, unless it is busy with a chunk. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const isBusy = this.#pending !== undefined;
    if (isBusy) this.#stream?.destroy();
    this.#pending?.catch(() => undefined); // nobody waits for it any more
    const ended = Promise.resolve(this.#iterator.return?.());
    if (isBusy) ended.catch(() => undefined);
    else await ended;
  }
}

/**
 * Calls `take` with each item of `items`, one after another.
 * @throws what `items` and `take` throw; AbortError and TimeoutError, also while the next item is awaited. `items` is then told to
 *   end
 */
export async function takeItems<T>(
  items: Iterable<T> | AsyncIterable<T>,
  call: Call | undefined,
  take: (item: T) => unknown,
): Promise<void> {
  const mayEnd = call?.signal !== undefined || call?.timeout !== undefined;
  if (!mayEnd || typeof items === 'string') {
    for await (const item of items) await take(item);
    return;
  }
  const source = new SourceReader(items as ByteSource, 'items');
  try {
    for (let step = await source.step(call); step.done !== true; step = await source.step(call))
      await take(step.value as T);
  } catch (error) {
    await source.end().catch(ignore); // the first error is the one to tell
    throw error;
  }
}
