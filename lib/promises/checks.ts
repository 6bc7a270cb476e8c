// Node's checks of arguments, with its codes and messages: for the methods of FileHandle, whose calls cannot be passed to
// a function of Node.
import { StringDecoder } from 'node:string_decoder';

import { invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';

/** A system error without a system call of the kernel, as Node reports it for a closed handle. */
export function closedHandle(syscall: string): Error {
  return Object.assign(new Error('file closed'), { code: 'EBADF', syscall });
}

/** For a method that is called on another object. */
export function noHandle(): Error {
  return Object.assign(new Error('handle must be an instance of FileHandle'), {
    code: 'ERR_INTERNAL_ASSERTION',
  });
}

export function checkInteger(
  value: unknown,
  name: string,
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
  return value;
}

export function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
  return value;
}

/** A view of memory: a Buffer, a TypedArray or a DataView. */
export function checkView(value: unknown, name = 'buffer'): ArrayBufferView {
  if (!ArrayBuffer.isView(value))
    throw invalidArgType(name, 'an instance of Buffer, TypedArray, or DataView', value);
  return value;
}

export function checkViews(value: unknown): readonly ArrayBufferView[] {
  if (!Array.isArray(value) || !value.every((each) => ArrayBuffer.isView(each)))
    throw invalidArgType('buffers', 'an ArrayBufferView[]', value);
  return value;
}

export function checkObject(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgType('options', 'of type object', value);
  return value;
}

/** Options that may be an encoding alone, with Node's checks of both. */
export function checkOptions(options: unknown): Record<string, unknown> {
  if (options === undefined || options === null || typeof options === 'function') return {};
  const read = typeof options === 'string' ? { encoding: options } : (options as Record<string, unknown>);
  if (typeof read !== 'object') throw invalidArgType('options', 'one of type string or object', options);
  const { encoding, signal } = read as { encoding?: unknown; signal?: unknown };
  if (encoding && encoding !== 'buffer' && !(typeof encoding === 'string' && Buffer.isEncoding(encoding)))
    throw invalidArgValue('encoding', encoding, 'is invalid encoding');
  checkSignal(signal);
  return read;
}

/** An encoding of text. 'buffer' is not one, and a read for it would be wasted. */
export function checkDecoding(encoding: BufferEncoding): void {
  if (!Buffer.isEncoding(encoding)) new StringDecoder(encoding); // throws Node's error
}

/** A signal, or what looks like one. */
export function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal !== undefined && (typeof signal !== 'object' || signal === null || !('aborted' in signal)))
    throw invalidArgType('options.signal', 'an instance of AbortSignal', signal);
  return signal as AbortSignal | undefined;
}

/** A position to read at, checked as in Node 22 and later; undefined for the current position. */
export function checkPosition(position: unknown, length: number): number | bigint | undefined {
  if (position === undefined || position === null) return undefined;
  if (OLD_POSITIONS) {
    const isPosition = Number.isSafeInteger(position) && (position as number) >= 0;
    return isPosition ? (position as number) : undefined;
  }
  if (typeof position === 'number') {
    checkInteger(position, 'position', -1);
    return position < 0 ? undefined : position;
  }
  if (typeof position !== 'bigint') throw invalidArgType('position', 'of type bigint or integer', position);
  const most = 2n ** 63n - 1n - BigInt(length);
  if (position < -1n || position > most) throw outOfRange('position', `>= -1 && <= ${most}`, position);
  return position < 0n ? undefined : position;
}

// Node 20 treats everything that is not a position as none.
const OLD_POSITIONS = Number.parseInt(process.versions.node, 10) < 22;

/** A part of `view` to read into. */
export function checkReadRange(view: ArrayBufferView, offset: number, length: unknown): number {
  // Only compared, and not checked further, as in Node.
  const size = length as number;
  if (size < 0) throw outOfRange('length', '>= 0', size);
  if (offset + size > view.byteLength) throw outOfRange('length', `<= ${view.byteLength - offset}`, size);
  return checkInteger(size, 'length');
}

/** A part of `view` to write. */
export function checkWriteRange(view: ArrayBufferView, offset: number, length: number): void {
  if (offset > view.byteLength) throw outOfRange('offset', `<= ${view.byteLength}`, offset);
  if (length > view.byteLength - offset) throw outOfRange('length', `<= ${view.byteLength - offset}`, length);
  if (length < 0) throw outOfRange('length', '>= 0', length);
  checkInteger(length, 'length', 0, 0x7fffffff);
}

/** The bytes of `view` from `offset` on. */
export function partOf(view: ArrayBufferView, offset: number, length: number): Uint8Array {
  if (offset === 0 && length === view.byteLength && view instanceof Uint8Array) return view;
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}

/** A string as bytes, checked as Node does. */
export function checkText(value: unknown, name: string): string {
  if (typeof value !== 'string')
    throw invalidArgType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', value);
  return value;
}

/** Whether `data` has to be written in pieces. */
export function isPieces(data: unknown): data is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof data === 'object' &&
    data !== null &&
    !ArrayBuffer.isView(data) &&
    (Symbol.asyncIterator in data || Symbol.iterator in data)
  );
}
