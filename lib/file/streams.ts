// Web streams over handles. A stream has no buffer: it reads a piece when its consumer requests one, and writes each chunk
// as it arrives. So the handle's position is that of the consumer, and backpressure is the handle's own.

import { count, flag, optionReader } from '../arguments/options.js';
import { outOfRange } from '../errors/index.js';
import { onAbort } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { StreamLifetime, type StreamOwner } from './stream-lifetime.js';

/** A chunk of bytes in memory of its own. No name of this type is valid both before TypeScript 5.7 and since then. */
export type StreamBytes = ReturnType<Uint8Array['slice']>;

/** Options of `readableStream` over text, and of `writableStream`. */
export interface StreamOptions extends OpOptions {
  /**
   * Ends the handle with the stream. A stream that ends normally closes it. A stream that fails or is aborted also
   * closes it, and does not publish the written data if the file was opened by `openAtomic`. Default false.
   */
  close?: boolean | undefined;
}

/** Options of `readableStream` over bytes. */
export interface ByteStreamOptions extends StreamOptions {
  /** First byte to read. The handle's position then stays where it is. Default: the position, which moves. */
  start?: number | undefined;
  /** Byte before which the stream ends. Default: the end of the file. */
  end?: number | undefined;
  /**
   * The maximum number of bytes per chunk, unless the reader brings its own buffer. Default: 64 KiB at first, 256 KiB
   * in long files.
   */
  chunkSize?: number | undefined;
}

// @types/node leaves these members out.
interface ByobRequest {
  readonly view: ArrayBufferView | null;
  respond(bytes: number): void;
}

interface WithSignal {
  readonly signal: AbortSignal;
}

/**
 * Takes one piece. False leaves it in the handle, because its consumer has gone. `fresh` means that nothing else uses
 * the memory of the piece.
 */
export type Take<T> = (piece: T, fresh?: boolean) => boolean;

/** What a readable stream needs from a handle of bytes. */
export interface ByteSource extends StreamOwner {
  /** Reads at most `size` bytes once, at the position and in turn, and offers them to `take`: none at the end of the file. */
  _offer(size: number, take: Take<Uint8Array>, call: Call): Promise<void>;
  /** Reads at most `size` bytes at `position`. If the result is as long as its memory, nothing else uses this memory. */
  _preadPiece(size: number, position: number, call: Call): Promise<Uint8Array>;
  /** The position, or 0 if the file has none. */
  _place(call: Call): Promise<number>;
}

/** What a readable stream needs from a text file. */
interface TextSource extends StreamOwner {
  /** The same for the text of at most one read. */
  _offerText(take: Take<string>, call: Call): Promise<void>;
}

/** What a writable stream needs from a handle. */
export interface Sink<T> extends StreamOwner {
  write(chunk: T, call: Call): Promise<unknown>;
  flush(call: Call): Promise<void>;
}

const FIRST_CHUNK = 64 * 1024;
const LARGEST_CHUNK = 256 * 1024;

const readStreamOptions = optionReader({ close: flag(false) });
const readByteStreamOptions = optionReader({
  close: flag(false),
  start: count(undefined),
  end: count(undefined),
  chunkSize: count(undefined, 1),
});

const noBytes = new Uint8Array(0);

/** Reads one piece after another, between `start` and `end` if they are given. */
class Pieces {
  readonly #source: ByteSource;
  readonly #fixedSize: boolean;
  #size: number;
  /** The next offset of positional reading; undefined if the handle's position is used. */
  #at: number | undefined;
  readonly #end: number | undefined;
  #left: number | undefined;

  constructor(source: ByteSource, start: number | undefined, end: number | undefined, size?: number) {
    if (end !== undefined && end < (start ?? 0)) throw outOfRange('options.end', `>= ${start ?? 0}`, end);
    this.#source = source;
    this.#fixedSize = size !== undefined;
    this.#size = size ?? FIRST_CHUNK;
    this.#at = start;
    this.#end = end;
    if (start !== undefined && end !== undefined) this.#left = end - start;
  }

  /** `room`: the size of the reader's own buffer. */
  async next(room: number | undefined, take: Take<Uint8Array>, call: Call): Promise<void> {
    if (this.#end !== undefined && this.#left === undefined)
      this.#left = Math.max(0, this.#end - (await this.#source._place(call)));
    const size = Math.min(room ?? this.#size, this.#left ?? Infinity);
    const takeCounted = (piece: Uint8Array, fresh?: boolean): boolean => {
      const { length } = piece; // the memory of a piece that was taken is detached
      if (!take(piece, fresh)) return false;
      if (this.#at !== undefined) this.#at += length;
      if (this.#left !== undefined) this.#left -= length;
      if (!this.#fixedSize && length === this.#size) this.#size = Math.min(2 * length, LARGEST_CHUNK);
      return true;
    };
    if (size === 0) takeCounted(noBytes);
    else if (this.#at === undefined) await this.#source._offer(size, takeCounted, call);
    else takeCounted(await this.#source._preadPiece(size, this.#at, call), true);
  }
}

/** The bytes of a handle as a stream. */
export function byteStream(
  source: ByteSource,
  o: ByteStreamOptions | undefined,
): ReadableStream<StreamBytes> {
  const { close, start, end, chunkSize, call } = readByteStreamOptions(o);
  const pieces = new Pieces(source, start, end, chunkSize);
  const lifetime = new StreamLifetime(source, close, call);
  const stream = new globalThis.ReadableStream({
    type: 'bytes',
    start(controller) {
      lifetime.begin((error) => controller.error(error));
    },
    async pull(controller) {
      const request = (controller as { byobRequest?: ByobRequest | null }).byobRequest ?? undefined;
      let ended = false;
      const take = (piece: Uint8Array, fresh?: boolean): boolean => {
        if (lifetime.over) return false;
        ended = piece.length === 0;
        if (ended) return true;
        // The reader has released its lock. A piece in the queue of the stream would be lost if the stream were cancelled.
        if (!stream.locked) return false;
        if (request === undefined) {
          // The memory passes to the consumer, so nothing else may use it.
          const owned = fresh === true && piece.length === piece.buffer.byteLength;
          controller.enqueue(owned ? new Uint8Array(piece.buffer) : new Uint8Array(piece));
          return true;
        }
        const { view } = request;
        if (view === null) return false;
        new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(piece);
        request.respond(piece.length);
        return true;
      };
      try {
        await pieces.next(request?.view?.byteLength, take, lifetime.call);
        if (!ended) return;
        await lifetime.end();
        if (lifetime.failed) return;
        controller.close();
        request?.respond(0);
      } catch (error) {
        await lifetime.fail(error);
        throw error;
      }
    },
    cancel: (reason) => lifetime.cancel(reason),
  }) as ReadableStream<StreamBytes>;
  return stream;
}

/** The text of a file as a stream. */
export function textStream(source: TextSource, o: StreamOptions | undefined): ReadableStream<string> {
  const { close, call } = readStreamOptions(o);
  const lifetime = new StreamLifetime(source, close, call);
  const stream: ReadableStream<string> = new globalThis.ReadableStream<string>(
    {
      start(controller) {
        lifetime.begin((error) => controller.error(error));
      },
      async pull(controller) {
        let ended = false;
        const take = (text: string): boolean => {
          if (lifetime.over) return false;
          ended = text === '';
          if (!ended && !stream.locked) return false;
          if (!ended) controller.enqueue(text);
          return true;
        };
        try {
          await source._offerText(take, lifetime.call);
          if (!ended) return;
          await lifetime.end();
          if (!lifetime.failed) controller.close();
        } catch (error) {
          await lifetime.fail(error);
          throw error;
        }
      },
      cancel: (reason) => lifetime.cancel(reason),
    },
    new globalThis.CountQueuingStrategy({ highWaterMark: 0 }), // nothing is read before it is requested
  );
  return stream;
}

/** Writes the chunks of a stream, one at a time, and flushes when it is closed. */
export function sinkStream<T>(sink: Sink<T>, o: StreamOptions | undefined): WritableStream<T> {
  const { close, call } = readStreamOptions(o);
  const lifetime = new StreamLifetime(sink, close || sink._publishes, call);
  return new globalThis.WritableStream<T>({
    start(controller) {
      lifetime.begin((error) => controller.error(error));
      // `abort` reaches the sink only after the running write. The signal ends this write if it waits.
      const { signal } = controller as unknown as WithSignal;
      onAbort(signal, () => lifetime.stop(signal.reason));
    },
    async write(chunk) {
      try {
        await sink.write(chunk, lifetime.call);
      } catch (error) {
        await lifetime.fail(error);
        throw error;
      }
    },
    async close() {
      try {
        await sink.flush(lifetime.call);
        if (close) await lifetime.end();
        else lifetime.leave();
      } catch (error) {
        await lifetime.fail(error);
        throw error;
      }
    },
    abort: (reason) => lifetime.fail(reason),
  });
}
