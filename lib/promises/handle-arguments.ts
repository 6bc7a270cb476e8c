// Converts the arguments of FileHandle's read and write from all forms that Node accepts to one form.
import { invalidArgValue } from '../errors/index.js';
import {
  checkInteger,
  checkObject,
  checkPosition,
  checkReadRange,
  checkText,
  checkView,
  checkWriteRange,
  partOf,
} from './checks.js';

/** The memory to read into, and the position to read from. */
interface ReadArguments {
  readonly buffer: ArrayBufferView;
  /** The part of it to fill; undefined if no bytes are requested. */
  readonly view: Uint8Array | undefined;
  /** Undefined for the current position. */
  readonly position: number | bigint | undefined;
}

// Node 24 and later check the position even if no bytes are read.
const POSITION_FIRST = Number.parseInt(process.versions.node, 10) >= 24;
const DEFAULT_SIZE = 16_384; // the size of the buffer that is created if none is given

interface ReadOptions {
  buffer?: unknown;
  offset?: unknown;
  length?: unknown;
  position?: unknown;
}

/** Of `read(buffer, offset, length, position)`, `read(buffer, options)` and `read(options)`. */
export function readArguments(
  given: unknown,
  offset: unknown,
  length: unknown,
  position: unknown,
): ReadArguments {
  let buffer: ArrayBufferView;
  if (ArrayBuffer.isView(given)) {
    buffer = given;
    if (typeof offset === 'object' && offset !== null) {
      const options = offset as ReadOptions;
      ({ offset = 0, position = null } = options);
      length = options.length === undefined ? buffer.byteLength - (offset as number) : options.length;
    }
  } else {
    const options: ReadOptions = given === undefined || given === null ? {} : checkObject(given);
    buffer = checkView(options.buffer === undefined ? Buffer.alloc(DEFAULT_SIZE) : options.buffer);
    ({ offset = 0, position = null } = options);
    length = options.length === undefined ? buffer.byteLength - (offset as number) : options.length;
  }
  const start = offset === undefined || offset === null ? 0 : checkInteger(offset, 'offset', 0);
  length ??= buffer.byteLength - start;
  if (POSITION_FIRST) checkPosition(position, length as number);
  if (length === 0) return { buffer, view: undefined, position: undefined };
  if (buffer.byteLength === 0) throw invalidArgValue('buffer', buffer, 'is empty and cannot be written');
  const size = checkReadRange(buffer, start, length);
  return { buffer, view: partOf(buffer, start, size), position: checkPosition(position, size) };
}

/** The bytes to write, and the position to write to. */
interface WriteArguments {
  readonly bytes: Uint8Array;
  readonly position: number | undefined;
}

/** Of `write(buffer, offset, length, position)`, `write(buffer, options)` and `write(string, position, encoding)`. */
export function writeArguments(
  data: unknown,
  offset: unknown,
  length: unknown,
  position: unknown,
): WriteArguments {
  if (!ArrayBuffer.isView(data)) {
    const text = checkText(data, 'buffer');
    checkHex(text, length);
    const encoding = typeof length === 'string' && Buffer.isEncoding(length) ? length : 'utf8';
    return { bytes: Buffer.from(text, encoding), position: positionToWrite(offset) };
  }
  if (typeof offset === 'object') {
    const options = (offset ?? {}) as ReadOptions;
    ({ offset = 0, length, position = null } = options);
  }
  const start = offset === undefined || offset === null ? 0 : checkInteger(offset, 'offset', 0);
  const size = typeof length === 'number' ? length : data.byteLength - start;
  checkWriteRange(data, start, size);
  return { bytes: partOf(data, start, size), position: positionToWrite(position) };
}

/** Anything except an integer that can be a position means the current position. */
export function positionToWrite(position: unknown): number | undefined {
  return Number.isSafeInteger(position) && (position as number) >= 0 ? (position as number) : undefined;
}

function checkHex(text: string, encoding: unknown): void {
  if (typeof encoding === 'string' && encoding.toLowerCase() === 'hex' && text.length % 2 !== 0)
    throw invalidArgValue('encoding', encoding, `is invalid for data of length ${text.length}`);
}
