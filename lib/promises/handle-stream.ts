// The web stream of a FileHandle.
import { ReadableStream } from 'node:stream/web';

import { invalidArgType, invalidState } from '../errors/index.js';
import { checkBoolean, checkObject } from './checks.js';
import type { FileHandle } from './file-handle.js';

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
