// `readFile` and `writeFile` of a handle: the whole content, from the position of the file on.
//
// A signal is checked between the steps, as in Node. Nothing listens to it, and it can be any object.
import { constants } from 'node:buffer';

import { invalidArgType, invalidArgValue } from '../errors/index.js';
import type { Sequence } from '../file/sequence.js';
import { CURRENT, type OpenFile } from '../filesystem/open-file.js';
import { throwIfAborted } from '../schedule/abort.js';
import { Call } from '../schedule/call.js';
import type { GivenOptions } from '../schedule/options.js';
import { unlessEnded } from '../schedule/watch-call.js';
import { checkText, checkView, isPieces } from './checks.js';
import { TAKES_BUFFER } from './node.js';

const LARGEST = Math.min(constants.MAX_LENGTH, 2 ** 31 - 1); // bytes, of a file that Node reads whole
const PIECE = 512 * 1024; // bytes that are written between two looks at the signal

/** The part of an AbortSignal that is used. */
export type Signal = Pick<AbortSignal, 'aborted' | 'reason'> | undefined;

/** An open file, and the queue of the calls that move its position. */
export interface Positioned {
  readonly file: OpenFile;
  readonly sequence: Sequence;
  readonly call: GivenOptions;
}

/** Reads from the position to the end. */
export async function readAll({ file, sequence, call }: Positioned, signal: Signal): Promise<Buffer> {
  throwIfAborted(signal);
  return sequence.run(async () => {
    if (file.kind === 'regular') {
      const { size } = await file.stat(call);
      if (size > LARGEST) throw tooLarge(size);
      throwIfAborted(signal);
    }
    const bytes = await file.readToEnd(CURRENT, call);
    throwIfAborted(signal);
    return bytes;
  });
}

function tooLarge(size: number): Error {
  const error = new RangeError(`File size (${size}) is greater than 2 GiB`);
  return Object.assign(error, { code: 'ERR_FS_FILE_TOO_LARGE' });
}

/** Writes `data`, a view, a string or pieces of either, at the position. */
export async function writeAll(
  to: Positioned,
  data: unknown,
  encoding: BufferEncoding,
  signal: Signal,
): Promise<void> {
  if (!isPieces(data)) {
    const bytes = bytesOfText(data, encoding);
    throwIfAborted(signal);
    return writeOne(to, bytes, signal);
  }
  throwIfAborted(signal);
  for await (const piece of data) {
    throwIfAborted(signal);
    // Pieces are anything that Buffer.from accepts, as in Node.
    const bytes = ArrayBuffer.isView(piece)
      ? bytesOfText(piece, encoding)
      : Buffer.from(piece as string, encoding);
    await writeOne(to, bytes, signal);
    throwIfAborted(signal);
  }
}

async function writeOne(
  { file, sequence, call }: Positioned,
  bytes: Uint8Array,
  signal: Signal,
): Promise<void> {
  const step = signal === undefined ? bytes.byteLength : PIECE;
  // The caller may change its memory after the call. What is not written at once is copied.
  const own = sequence.idle && bytes.byteLength <= step ? bytes : Uint8Array.prototype.slice.call(bytes);
  await sequence.run(async () => {
    for (let at = 0; at < own.byteLength; at += step) {
      throwIfAborted(signal);
      await file.write(own.subarray(at, at + step), CURRENT, false, call);
    }
  });
}

/** Settles as `operation`, unless `signal` is aborted first. A running operation is not stopped. */
export async function untilAborted<T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  return unlessEnded(operation(), new Call(signal, undefined, undefined));
}

/** Memory for `readFile` to read into: a view, or a function of the size that returns one. */
type Memory = ArrayBufferView | ((size: number) => unknown) | undefined;

/** The `buffer` option of `readFile`; undefined if this version of Node has no such option. */
export function memoryOf(buffer: unknown): Memory {
  if (!TAKES_BUFFER || buffer === undefined) return undefined;
  if (typeof buffer !== 'function' && !ArrayBuffer.isView(buffer))
    throw invalidArgType(
      'options.buffer',
      'of type function or an instance of Buffer, TypedArray, or DataView',
      buffer,
    );
  return buffer as Memory;
}

/** `bytes` in the memory that the caller gave, or unchanged without such memory. */
export function intoMemory(bytes: Buffer, memory: Memory): Buffer {
  if (memory === undefined) return bytes;
  const made = typeof memory === 'function';
  const view = made ? checkView(memory(bytes.length), 'options.buffer()') : memory;
  if (bytes.length > view.byteLength)
    throw invalidArgValue(
      made ? 'options.buffer().byteLength' : 'options.buffer.byteLength',
      view.byteLength,
      `is smaller than the file size of ${bytes.length} bytes`,
    );
  const target = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  bytes.copy(target);
  return target.subarray(0, bytes.length);
}

/** The bytes of a view, or of a string in `encoding`. */
export function bytesOfText(data: unknown, encoding: BufferEncoding): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.from(checkText(data, 'data'), encoding);
}
