// The text of a whole file at once.
import { isAscii, isUtf8 } from 'node:buffer';
import type { ErrorHandlerName } from './codec.js';
import { Decoder } from './decoder.js';
import { NewlineReader, type Newline } from './newlines.js';
import type { Codec } from './registry.js';
import { decodeWellFormed } from './utf8.js';

/** How to read the bytes; all parts are checked already. */
export interface DecodeAllOptions {
  readonly codec: Codec;
  readonly errors: ErrorHandlerName;
  readonly newline: Newline;
}

/** All of `bytes` as text, as a text file's `read()` gives it. Throws UnicodeDecodeError. */
export function decodeAll(bytes: Buffer, { codec, errors, newline }: DecodeAllOptions): string {
  return new NewlineReader(newline).read(decodeWhole(bytes, codec, errors));
}

function decodeWhole(bytes: Buffer, codec: Codec, errors: ErrorHandlerName): string {
  if (codec.name === 'utf-8') {
    if (isAscii(bytes)) return bytes.toString('latin1');
    if (isUtf8(bytes)) return decodeWellFormed(bytes);
  }
  return new Decoder(codec, errors).decode(bytes, true);
}
