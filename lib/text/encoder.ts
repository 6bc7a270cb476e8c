// Encodes a string: as a whole if the fast path can, otherwise character by character with the error handler.
import { UnicodeEncodeError } from '../errors/unicode.js';
import type { CharacterWriter, ErrorHandlerName } from './codec.js';
import { substitute } from './encode-errors.js';
import type { Codec } from './registry.js';
import { utf8Writer } from './utf8.js';

const notAscii = /[^\x00-\x7f]/;

/**
 * The bytes of `text`, without a byte order mark (see `codec.mark`). Throws UnicodeEncodeError if a character has none
 * and the error handler does not handle it.
 */
export function encode(text: string, codec: Codec, errors: ErrorHandlerName): Buffer {
  const { writer } = codec;
  const bytes = writer.encodeAll(text);
  if (bytes !== null) return bytes;
  if (writer.width === 1 && !notAscii.test(text)) return Buffer.from(text, 'latin1');
  return new Encoding(text, writer, errors).run();
}

/** The bytes of `text` in UTF-8, as a text file writes them. Throws UnicodeEncodeError at a lone surrogate. */
export function encodeUtf8(text: string): Buffer {
  return utf8Writer.encodeAll(text) ?? new Encoding(text, utf8Writer, 'strict').run();
}

class Encoding {
  readonly #text: string;
  readonly #writer: CharacterWriter;
  readonly #errors: ErrorHandlerName;
  #bytes: Buffer;
  #used = 0;

  constructor(text: string, writer: CharacterWriter, errors: ErrorHandlerName) {
    this.#text = text;
    this.#writer = writer.begin?.() ?? writer;
    this.#errors = errors;
    this.#bytes = Buffer.allocUnsafe(text.length * Math.min(writer.longest, 4) + 16);
  }

  run(): Buffer {
    const text = this.#text;
    const writer = this.#writer;
    for (let at = 0; at < text.length;) {
      const codePoint = writer.codePointAt?.(text, at) ?? text.codePointAt(at)!;
      if (this.#put(codePoint)) at += codePoint > 0xffff ? 2 : 1;
      else at = this.#fail(at);
    }
    this.#reserve(writer.longest);
    this.#used += writer.end?.(this.#bytes, this.#used) ?? 0;
    return this.#bytes.subarray(0, this.#used);
  }

  #put(codePoint: number): boolean {
    this.#reserve(this.#writer.longest);
    const length = this.#writer.put(codePoint, this.#bytes, this.#used);
    this.#used += length;
    return length > 0;
  }

  #fail(start: number): number {
    const end = this.#writer.joinsErrors ? this.#runEnd(start) : after(this.#text, start);
    const substitution = substitute(this.#errors, this.#text.slice(start, end), this.#writer);
    if (substitution === null) this.#throw(this.#uncovered(start), end);
    if (typeof substitution === 'string') {
      for (const character of substitution) {
        if (!this.#put(character.codePointAt(0)!)) this.#throw(start, end);
      }
    } else {
      this.#reserve(substitution.length);
      substitution.copy(this.#bytes, this.#used);
      this.#used += substitution.length;
    }
    return end;
  }

  #runEnd(start: number): number {
    let end = after(this.#text, start);
    while (end < this.#text.length) {
      this.#reserve(this.#writer.longest);
      if (this.#writer.put(this.#text.codePointAt(end)!, this.#bytes, this.#used) > 0) break;
      end = after(this.#text, end);
    }
    return end;
  }

  /** Where a run of errors begins that the error handler does not handle. */
  #uncovered(start: number): number {
    if (this.#errors !== 'surrogateescape' || this.#writer.escapesPart !== true) return start;
    const escaped = /[\udc80-\udcff]*/y;
    escaped.lastIndex = start;
    return start + escaped.exec(this.#text)![0].length;
  }

  #throw(start: number, end: number): never {
    throw new UnicodeEncodeError(this.#writer.encoding, this.#text, start, end, this.#writer.reason);
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + length);
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}

/** The index after the code point at `at`. */
function after(text: string, at: number): number {
  return at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
}
