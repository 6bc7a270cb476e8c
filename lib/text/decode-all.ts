// The text of a whole file at once.
import { isAscii, isUtf8 } from 'node:buffer';
import type { ErrorHandlerName } from './codec.js';
import { Decoder } from './decoder.js';
import { NewlineReader, type Newline } from './newlines.js';
import type { Codec } from './registry.js';

/** How to decode the bytes. All options have already been checked. */
export interface DecodeAllOptions {
  readonly codec: Codec;
  readonly errors: ErrorHandlerName;
  readonly newline: Newline;
}

/** Small enough that the second pass over a block finds it in the processor's cache. */
const block = 256 * 1024;
const carriageReturn = 13;

/** All of `bytes` as text, as a text file's `read()` returns it. Throws UnicodeDecodeError. */
export function decodeAll(bytes: Buffer, { codec, errors, newline }: DecodeAllOptions): string {
  // Text that needs no translation, found without a separate pass over the memory.
  if (codec.extendsAscii && isPlainAscii(bytes)) return bytes.toString('latin1');
  const isWellFormed = codec.name === 'utf-8' && isUtf8(bytes);
  const text = isWellFormed ? bytes.toString('utf8') : new Decoder(codec, errors).decode(bytes, true);
  return new NewlineReader(newline).read(text);
}

/** Whether the bytes are ASCII without a line ending to translate. */
export function isPlainAscii(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += block) {
    const part = bytes.subarray(at, at + block);
    if (!isAscii(part) || part.includes(carriageReturn)) return false;
  }
  return true;
}
