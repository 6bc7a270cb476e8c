// The streams of a FileHandle: its web stream, and the calls of Node's streams if its file has no descriptor.
import { ReadableStream } from 'node:stream/web';

import { invalidArgType, invalidState } from '../errors/index.js';
import { checkBoolean, checkObject } from './checks.js';
import type { FileHandle } from './file-handle.js';
import { nextTick } from '../timers.js';

const CHUNK = 16_384; // bytes
// Node 20 makes a stream of ArrayBuffers unless `type` is 'bytes', and has no `autoClose`.
const NODE_20 = Number.parseInt(process.versions.node, 10) < 22;

interface StreamOptions {
  type?: unknown;
  autoClose?: unknown;
}

/** A stream of the content of `handle` from its position on. `lock` is called once the stream will be created. */
export function readableOf(
  handle: FileHandle,
  closed: boolean,
  locked: boolean,
  options: unknown,
  lock: () => void,
): ReadableStream {
  if (closed) throw invalidState('Invalid state: The FileHandle is closed');
  if (locked) throw invalidState('Invalid state: The FileHandle is locked');
  const { type = 'bytes', autoClose = false } = checkObject(options) as StreamOptions;
  const { type: given } = options as StreamOptions;
  if (NODE_20 && given !== undefined && typeof given !== 'string')
    throw invalidArgType('options.type', 'of type string', given);
  checkBoolean(autoClose, 'options.autoClose');
  if (!NODE_20 && type !== 'bytes')
    process.emitWarning(
      'A non-"bytes" options.type has no effect. A byte-oriented stream is always created.',
      'ExperimentalWarning',
    );
  lock();
  const done = async (): Promise<void> => {
    ended = true;
    if (!NODE_20 && autoClose === true) await handle.close();
  };
  let ended = false;
  let controllerOfStream: { error(reason?: unknown): void; close(): void } | undefined;
  const stream =
    NODE_20 && given !== 'bytes'
      ? new ReadableStream({
          start: (controller) => void (controllerOfStream = controller),
          async pull(controller) {
            const memory = new Uint8Array(CHUNK);
            const { bytesRead } = await handle.read(memory, 0, CHUNK);
            if (bytesRead > 0) controller.enqueue(memory.buffer.slice(0, bytesRead));
            else {
              await done();
              controller.close();
            }
          },
          cancel: done,
        })
      : new ReadableStream({
          type: 'bytes',
          autoAllocateChunkSize: CHUNK,
          start: (controller) => void (controllerOfStream = controller),
          async pull(controller) {
            const request = controller.byobRequest!;
            const { bytesRead } = await handle.read(request.view!, 0, request.view!.byteLength);
            if (bytesRead === 0) {
              controller.close();
              await done();
            }
            request.respond(bytesRead);
          },
          cancel: done,
        });
  // As in Node, closing the handle ends the stream.
  handle.once('close', () => {
    if (ended) return;
    ended = true;
    try {
      controllerOfStream?.close();
    } catch {
      // closed or failed already
    }
  });
  return stream;
}

/** Stands for the descriptor, which Node checks and passes on. */
export const NO_DESCRIPTOR = 2 ** 31 - 1;

/** A callback of node:fs. */
export type Done = (error: unknown, ...results: unknown[]) => void;
type Bytes = Uint8Array;

/** The `fs` option of createReadStream and createWriteStream. */
interface StreamCalls {
  read(fd: number, buffer: Bytes, offset: number, length: number, position: unknown, done: Done): void;
  write(fd: number, data: Bytes, offset: number, length: number, position: unknown, done: Done): void;
  writev(fd: number, data: readonly Bytes[], position: unknown, done: Done): void;
  fsync(fd: number, done: Done): void;
  close(fd: number, done: Done): void;
  open(): never;
}

/** The calls of `handle` in the form of node:fs. `ended` is called before the stream closes the handle. */
export function callbacksOf(handle: FileHandle, ended: () => void): StreamCalls {
  return {
    read(_fd, buffer, offset, length, position, done) {
      tell(handle.read(buffer, offset, length, position), done, ({ bytesRead }) => [bytesRead, buffer]);
    },
    write(_fd, data, offset, length, position, done) {
      tell(handle.write(data, offset, length, position), done, ({ bytesWritten }) => [bytesWritten, data]);
    },
    writev(_fd, data, position, done) {
      tell(handle.writev(data, position), done, ({ bytesWritten }) => [bytesWritten, data]);
    },
    fsync(_fd, done) {
      tell(handle.sync(), done, () => []);
    },
    close(_fd, done) {
      ended();
      tell(handle.close(), done, () => []);
    },
    open() {
      throw new Error('the file is open already');
    },
  };
}

/** Calls `done` with the outcome of `asked`, but not within a promise reaction, which would catch errors of the callback. */
export function tell<T>(asked: Promise<T>, done: Done, results: (answer: T) => unknown[]): void {
  asked.then(
    (answer) => {
      nextTick(done, null, ...results(answer));
    },
    (error: unknown) => {
      nextTick(done, error);
    },
  );
}
