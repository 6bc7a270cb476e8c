// The interfaces between the parts of a codec: scanners find characters in bytes; handlers decide about malformed bytes.
import { isAscii } from 'node:buffer';

import { joinText } from './join-text.js';

export const errorHandlerNames = [
  'strict',
  'ignore',
  'replace',
  'backslashreplace',
  'surrogateescape',
  'surrogatepass',
  'xmlcharrefreplace',
  'namereplace',
] as const;

/** How malformed bytes, and characters that cannot be encoded, are handled. */
export type ErrorHandlerName = (typeof errorHandlerNames)[number];

/** The widths of a code unit, which surrogatepass and line endings depend on. */
export type UnitWidth = 1 | 2 | 4;

/** A sequence of bytes that is not a valid character. */
export interface Fault {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/**
 * A scan that starts before this offset starts the text (a byte order mark may precede it), so it may look at all the
 * rest at once; a scan that continues after a fault may not, because text full of faults would take quadratic time.
 */
export const fresh = 5;

/**
 * Finds the characters of one encoding in bytes. `step` defines the encoding. `scan` can compute the same result
 * faster. A scanner keeps the result of its last call in `codePoint` and `fault`, so each decoder has its own.
 */
export abstract class Scanner {
  abstract readonly encoding: string;
  readonly width: UnitWidth = 1;
  /** The last character. Two characters that one code stands for: `first << 16 | second`, which is beyond Unicode. */
  codePoint = 0;
  fault: Fault | null = null;
  /** What the previous bytes have switched to, in a stateful encoding (see `Codec.isStateful`). 0 means the initial state. */
  state = 0;

  /**
   * Reads the character at `at` into `codePoint` and returns its length in bytes. Returns 0 if it needs more bytes
   * (never when `final`), and -1 if the bytes are malformed, with `fault` set.
   */
  abstract step(bytes: Buffer, at: number, final: boolean): number;

  /**
   * Appends the characters that begin before `stop` to `out`; returns where it stopped: there, at an incomplete tail or at a
   * fault.
   */
  scan(bytes: Buffer, at: number, final: boolean, out: TextSink, stop = bytes.length): number {
    this.fault = null;
    while (at < stop) {
      const length = this.step(bytes, at, final);
      if (length <= 0) break;
      out.codePoint(this.codePoint);
      at += length;
    }
    return at;
  }

  protected malformed(start: number, end: number, reason: string): -1 {
    this.fault = { start, end, reason };
    return -1;
  }

  protected tooFew(
    bytes: Buffer,
    at: number,
    final: boolean,
    reason = 'incomplete multibyte sequence',
  ): number {
    return final ? this.malformed(at, bytes.length, reason) : 0;
  }
}

/** A scanner of an encoding in which ASCII bytes represent themselves. */
export abstract class AsciiScanner extends Scanner {
  override scan(bytes: Buffer, at: number, final: boolean, out: TextSink): number {
    if (at >= fresh || !isAscii(bytes.subarray(at))) return super.scan(bytes, at, final, out);
    this.fault = null;
    out.string(bytes.toString('latin1', at));
    return bytes.length;
  }
}

/** Collects decoded text: whole strings from the fast paths, single code points from the others. */
export class TextSink {
  #text = '';
  #units = new Uint16Array(256);
  #used = 0;

  codePoint(codePoint: number): void {
    if (this.#used + 2 > this.#units.length) this.#grow();
    if (codePoint > 0x10ffff) {
      this.#units[this.#used++] = codePoint >> 16;
      this.#units[this.#used++] = codePoint & 0xffff;
    } else if (codePoint > 0xffff) {
      this.#units[this.#used++] = 0xd7c0 + (codePoint >> 10);
      this.#units[this.#used++] = 0xdc00 + (codePoint & 0x3ff);
    } else {
      this.#units[this.#used++] = codePoint;
    }
  }

  string(text: string): void {
    this.#flush();
    this.#text = joinText(this.#text, text);
  }

  toString(): string {
    this.#flush();
    return this.#text;
  }

  #grow(): void {
    if (this.#units.length >= 32768) {
      this.#flush();
      return;
    }
    const larger = new Uint16Array(this.#units.length * 4);
    larger.set(this.#units);
    this.#units = larger;
  }

  #flush(): void {
    if (this.#used === 0) return;
    const { buffer, byteOffset } = this.#units;
    this.#text = joinText(this.#text, Buffer.from(buffer, byteOffset, this.#used * 2).toString('utf16le'));
    this.#used = 0;
  }
}

/** Writes the characters of one encoding. */
export interface CharacterWriter {
  readonly encoding: string;
  readonly width: UnitWidth;
  readonly reason: string;
  /** Whether adjacent characters that cannot be encoded are one error, as in the table and 8-bit codecs. */
  readonly joinsErrors: boolean;
  /** Whether surrogateescape handles the beginning of such a run, so that an error is only about the rest. */
  readonly escapesPart?: boolean;
  /** All bytes of `text` at once, or null if it has a character that cannot be encoded, or there is no faster way. */
  encodeAll(text: string): Buffer | null;
  /** The maximum number of bytes of a code point. */
  readonly longest: number;
  /** A writer for one text, if the bytes depend on what was written before. */
  begin?(): CharacterWriter;
  /** Writes the end of such a text. Returns its length in bytes. */
  end?(into: Buffer, at: number): number;
  /** The code point at `at`, or two characters that have one code together: see `Scanner.codePoint`. */
  codePointAt?(text: string, at: number): number;
  /** Writes one code point at `at`. Returns its length in bytes, or 0 if the encoding does not have it. */
  put(codePoint: number, into: Buffer, at: number): number;
}
