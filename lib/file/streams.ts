// Web streams over handles. A stream holds nothing of its own: a chunk is read when it is asked for and written when it
// comes, so that the handle's position is where the stream's consumer stands, and backpressure is the handle's own.
import { CountQueuingStrategy, ReadableStream, WritableStream } from 'node:stream/web';

import { checkCount } from '../arguments/numbers.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import { callOf } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `readableStream` and `writableStream`. */
export interface StreamOptions extends OpOptions {
  /** Close the handle with the stream: at its end, when it is cancelled or aborted, and when it fails. Default false. */
  close?: boolean | undefined;
}

/** Options of `readableStream` over bytes. */
export interface ByteStreamOptions extends StreamOptions {
  /** Most bytes a chunk, unless the reader brings its own buffer. Default 64 KiB. */
  chunkSize?: number | undefined;
}

// @types/node leaves these members out.
interface ByobRequest {
  view: ArrayBufferView;
  respond(bytes: number): void;
}

interface WithSignal {
  signal: AbortSignal;
}

const DEFAULT_CHUNK = 64 * 1024;

interface Closable {
  close(): Promise<void>;
}

// What both directions share: the signal that ends waiting, and the handle's end.
class Course {
  readonly op: OpOptions;
  readonly #abort = new AbortController();
  readonly #handle: Closable;
  readonly #close: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.stop(this.#signal?.reason);

  constructor(handle: Closable, o: StreamOptions) {
    callOf(o);
    const { close = false, signal, lane, timeout } = o;
    if (typeof close !== 'boolean') throw invalidArgType('options.close', 'of type boolean', close);
    this.#handle = handle;
    this.#close = close;
    this.#signal = signal;
    this.op = { signal: this.#abort.signal, lane, timeout };
    if (signal?.aborted === true) this.stop(signal.reason);
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Whatever waits for the kernel stops waiting. */
  stop(reason: unknown): void {
    this.#abort.abort(reason);
  }

  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    if (this.#close) await this.#handle.close();
  }

  /** After an error of the stream, which is the one to tell. */
  async fail(): Promise<void> {
    await this.end().catch(() => undefined);
  }
}

/** Bytes through `readInto`, which reads once into the start of the memory it is given; 0 at the end of the file. */
export function byteStream(
  handle: Closable,
  readInto: (view: Uint8Array, o: OpOptions) => Promise<number>,
  o: ByteStreamOptions,
): ReadableStream<Uint8Array> {
  const { chunkSize = DEFAULT_CHUNK } = o;
  if (checkCount(chunkSize, 'options.chunkSize') === 0)
    throw outOfRange('options.chunkSize', '>= 1', chunkSize);
  const course = new Course(handle, o);
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const request = (controller as { byobRequest?: unknown }).byobRequest as ByobRequest | null | undefined;
      try {
        // Memory of its own: what is enqueued is detached from its owner.
        const view = request == null ? new Uint8Array(chunkSize) : bytesOf(request.view);
        const count = await readInto(view, course.op);
        if (count === 0) {
          await course.end();
          controller.close();
          request?.respond(0);
        } else if (request != null) {
          request.respond(count);
        } else {
          controller.enqueue(count < chunkSize / 2 ? view.slice(0, count) : view.subarray(0, count));
        }
      } catch (error) {
        await course.fail();
        throw error;
      }
    },
    async cancel(reason) {
      course.stop(reason);
      await course.end();
    },
  });
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Strings through `read`, which gives what there is after at most one read; empty at the end of the file. */
export function stringStream(
  handle: Closable,
  read: (o: OpOptions) => Promise<string>,
  o: StreamOptions,
): ReadableStream<string> {
  const course = new Course(handle, o);
  return new ReadableStream<string>(
    {
      async pull(controller) {
        try {
          const text = await read(course.op);
          if (text !== '') {
            controller.enqueue(text);
            return;
          }
          await course.end();
          controller.close();
        } catch (error) {
          await course.fail();
          throw error;
        }
      },
      async cancel(reason) {
        course.stop(reason);
        await course.end();
      },
    },
    new CountQueuingStrategy({ highWaterMark: 0 }), // nothing is read that nobody asked for
  );
}

/** Chunks into `write`, one at a time; `flush` when the stream is closed. */
export function sinkStream<T>(
  handle: Closable & { flush(o?: OpOptions): Promise<void> },
  write: (chunk: T, o: OpOptions) => Promise<unknown>,
  o: StreamOptions,
): WritableStream<T> {
  const course = new Course(handle, o);
  return new WritableStream<T>({
    start(controller) {
      // `abort` reaches the sink only after the write that runs: the signal ends that one if it waits.
      const { signal } = controller as unknown as WithSignal;
      signal.addEventListener('abort', () => course.stop(signal.reason), { once: true });
    },
    async write(chunk) {
      try {
        await write(chunk, course.op);
      } catch (error) {
        if (!course.stopped) await course.fail();
        throw error;
      }
    },
    async close() {
      try {
        await handle.flush(course.op);
      } catch (error) {
        await course.fail();
        throw error;
      }
      await course.end();
    },
    async abort() {
      await course.end();
    },
  });
}
