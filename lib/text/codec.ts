// The interfaces between the parts of a codec: scanners find characters in bytes; handlers decide about malformed bytes.
import { isAscii } from 'node:buffer';

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

/** How malformed bytes, or characters without bytes, are treated. */
export type ErrorHandlerName = (typeof errorHandlerNames)[number];

/** The widths of a code unit, which surrogatepass and line ends depend on. */
export type UnitWidth = 1 | 2 | 4;

/** Bytes that are not a valid character. */
export interface Fault {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/**
 * A scan that starts before this offset starts the text (a byte order mark may precede it), so it may look at all the
 * rest at once; one that continues after a fault may not, or text full of faults would take quadratic time.
 */
export const fresh = 5;

/**
 * Finds the characters of one encoding in bytes. `step` defines the encoding; `scan` may know a faster way to the same
 * result. A scanner keeps the outcome of its last call in `codePoint` and `fault`, so one is made for each decoder.
 */
export abstract class Scanner {
  abstract readonly encoding: string;
  readonly width: UnitWidth = 1;
  /** The last character. Two characters that one code stands for: `first << 16 | second`, which is beyond Unicode. */
  codePoint = 0;
  fault: Fault | null = null;
  /** What the bytes so far have switched to, in an encoding of that kind (see `Codec.isStateful`). 0: nothing. */
  state = 0;

  /**
   * Reads the character at `at` into `codePoint` and returns its length in bytes; 0 where more bytes are needed to
   * tell (never when `final`); -1 where the bytes are malformed, with `fault` set.
   */
  abstract step(bytes: Buffer, at: number, final: boolean): number;

  /** Appends the characters from `at` to `out`; returns where it stopped: at the end, an incomplete tail or a fault. */
  scan(bytes: Buffer, at: number, final: boolean, out: TextSink): number {
    this.fault = null;
    while (at < bytes.length) {
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

/** Of an encoding in which ASCII bytes mean themselves. */
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
    this.#text += text;
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
    this.#text += Buffer.from(buffer, byteOffset, this.#used * 2).toString('utf16le');
    this.#used = 0;
  }
}

/** Writes the characters of one encoding. */
export interface CharacterWriter {
  readonly encoding: string;
  readonly width: UnitWidth;
  readonly reason: string;
  /** Whether adjacent characters without bytes are one error, as in the table and 8-bit codecs. */
  readonly joinsErrors: boolean;
  /** Whether surrogateescape covers the beginning of such a run, so that an error is about the rest. */
  readonly escapesPart?: boolean;
  /** All bytes of `text` at once, or null where it has a character without bytes or there is no faster way. */
  encodeAll(text: string): Buffer | null;
  /** Most bytes a code point can take. */
  readonly longest: number;
  /** A writer for one text, where what is written depends on what was written before. */
  begin?(): CharacterWriter;
  /** Writes what ends such a text; returns its length in bytes. */
  end?(into: Buffer, at: number): number;
  /** The code point at `at`, or two characters that have one code together: see `Scanner.codePoint`. */
  codePointAt?(text: string, at: number): number;
  /** Writes one code point at `at`; returns its length in bytes, or 0 where the encoding has none for it. */
  put(codePoint: number, into: Buffer, at: number): number;
}
