// Errors of decoding and encoding text: what was being converted, which part failed, and why.
import { brandedInstanceOf } from './base.js';

/**
 * The bytes are not valid in the encoding of the file (code `ERR_UNICODE_DECODE`).
 * @example if (error instanceof UnicodeDecodeError) console.log(error.object.subarray(error.start, error.end));
 */
export class UnicodeDecodeError extends Error {
  /** Always this value. */
  readonly code = 'ERR_UNICODE_DECODE';
  /** The name of the class. */
  override readonly name = 'UnicodeDecodeError';
  /** The encoding's name in this library, such as `utf-8`. */
  readonly encoding: string;
  /** The bytes that were being decoded. */
  readonly object: Uint8Array;
  /** Index in `object` of the first byte that could not be decoded. */
  readonly start: number;
  /** Index in `object` just after the last such byte. */
  readonly end: number;
  /** What is wrong with them, such as `invalid start byte`. */
  readonly reason: string;

  constructor(encoding: string, object: Uint8Array, start: number, end: number, reason: string) {
    super(`'${encoding}' cannot decode ${describeBytes(object, start, end)}: ${reason}`);
    this.encoding = encoding;
    this.object = object;
    this.start = start;
    this.end = end;
    this.reason = reason;
  }
}
brandedInstanceOf(UnicodeDecodeError, 'ERR_UNICODE_DECODE');

/**
 * The encoding of the file cannot represent the text (code `ERR_UNICODE_ENCODE`).
 * @example if (error instanceof UnicodeEncodeError) console.log(error.object.slice(error.start, error.end));
 */
export class UnicodeEncodeError extends Error {
  /** Always this value. */
  readonly code = 'ERR_UNICODE_ENCODE';
  /** The name of the class. */
  override readonly name = 'UnicodeEncodeError';
  /** The encoding's name in this library, such as `latin-1`. */
  readonly encoding: string;
  /** The string that was being encoded. */
  readonly object: string;
  /** Index in `object` (in UTF-16 code units, as for `slice`) of the first character that cannot be encoded. */
  readonly start: number;
  /** Index in `object` just after the last such character. */
  readonly end: number;
  /** What is wrong with them, such as `surrogates not allowed`. */
  readonly reason: string;

  constructor(encoding: string, object: string, start: number, end: number, reason: string) {
    super(`'${encoding}' cannot encode ${describeCharacters(object, start, end)}: ${reason}`);
    this.encoding = encoding;
    this.object = object;
    this.start = start;
    this.end = end;
    this.reason = reason;
  }
}
brandedInstanceOf(UnicodeEncodeError, 'ERR_UNICODE_ENCODE');

/**
 * The library does not have this encoding (code `ERR_UNKNOWN_ENCODING`).
 * @example if (error instanceof UnknownEncodingError) text = await readText(path);
 */
export class UnknownEncodingError extends Error {
  /** Always this value. */
  readonly code = 'ERR_UNKNOWN_ENCODING';
  /** The name of the class. */
  override readonly name = 'UnknownEncodingError';
  /** The name as it was given. */
  readonly encoding: string;

  constructor(encoding: string) {
    super(`unknown encoding: ${encoding}`);
    this.encoding = encoding;
  }
}
brandedInstanceOf(UnknownEncodingError, 'ERR_UNKNOWN_ENCODING');

function describeBytes(object: Uint8Array, start: number, end: number): string {
  if (end - start === 1) {
    return `byte 0x${(object[start] ?? 0).toString(16).padStart(2, '0')} at ${start}`;
  }
  return `bytes ${start} to ${end - 1}`;
}

function describeCharacters(object: string, start: number, end: number): string {
  const codePoint = object.codePointAt(start) ?? 0;
  if (end - start === (codePoint > 0xffff ? 2 : 1)) {
    return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')} at ${start}`;
  }
  return `characters ${start} to ${end - 1}`;
}
