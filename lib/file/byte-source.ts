// Bytes from a source of the program: an iterable, an async iterable, a web stream or a Node stream.
import type { Readable } from 'node:stream';

import { checkItems, type Bytes, toBytes } from '../arguments/bytes.js';
import { ClosedFileError } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { watchCall } from '../schedule/watch-call.js';
import { encodeUtf8 } from '../text/encoder.js';
import { clearImmediate, setImmediate } from '../timers.js';

/** Chunks of bytes, or strings, which are UTF-8: an array, a generator, `node:stream` and `node:stream/web` streams. */
export type ByteSource = Iterable<string | Bytes> | AsyncIterable<string | Bytes>;

const ignore = (): void => undefined;

type Step = IteratorResult<unknown, unknown>;

/** Reads a source chunk by chunk. One call at a time. */
export class SourceReader {
  /** Set if the source is a Node stream. */
  readonly #stream: Readable | undefined;
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #name: string;
  /** A step of the iterator that has not been returned yet. */
  #pending: Promise<Step> | undefined;
  /** A chunk that `begin` has received and `next` has not returned. */
  #first: Uint8Array | undefined;
  #isOver = false;
  /** The source is not waited for any more. */
  #isStopped = false;
  #giveUp: (() => void) | undefined;

  /** @throws TypeError ERR_INVALID_ARG_TYPE where `source` cannot be iterated over */
  constructor(source: ByteSource, name: string) {
    checkItems(source, name);
    this.#name = name;
    if (typeof (source as Partial<Readable>).on === 'function') {
      this.#stream = source as Readable;
      // The iterator of a Node stream listens for errors only from its first step on.
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

  /** Waits for the first chunk, which `next` then returns. Rejects as `next`, before the target of the data has been touched. */
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

  /** Settles as `step`, unless `call` ends earlier, or `stopWaiting` is called and the step is not available immediately. */
  #before(step: Promise<Step>, call: Call | undefined): Promise<Step> {
    return new Promise((resolve, reject) => {
      let last: NodeJS.Immediate | undefined;
      const unwatch = watchCall(call, (error) => resolve(rejectWhereAwaited(error)));
      const closed = (): void => {
        unwatch?.();
        reject(new ClosedFileError());
      };
      this.#giveUp = () => (last ??= setImmediate(closed));
      if (this.#isStopped) this.#giveUp();
      const settled = (): void => {
        unwatch?.();
        clearImmediate(last);
        this.#giveUp = undefined;
      };
      step.finally(settled).then(resolve, reject);
    });
  }

  /**
   * From now on, `next` returns a chunk that is available, and rejects with ClosedFileError instead of waiting for the
   * source.
   */
  stopWaiting(): void {
    this.#isStopped = true;
    this.#giveUp?.();
  }

  /** Tells the source that no more chunks are wanted. Waits for its clean-up, unless it is busy with a chunk. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const isBusy = this.#pending !== undefined;
    if (isBusy) this.#stream?.destroy();
    this.#pending?.catch(() => undefined); // it is not awaited any more
    const ended = Promise.resolve(this.#iterator.return?.());
    if (isBusy) ended.catch(() => undefined);
    else await ended;
  }
}

/**
 * Calls `take` with each item of `items`, one after another.
 * @throws what `items` and `take` throw; AbortError and TimeoutError, also while the next item is awaited. `items` is
 *   then ended
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
    await source.end().catch(ignore); // the first error is the one to report
    throw error;
  }
}
