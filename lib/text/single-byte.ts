// Encodings of one byte per character: Latin-1 and ASCII directly, the code pages through a table of 256.
import { AsciiScanner, Scanner, type CharacterWriter, type TextSink } from './codec.js';

/** In a table: a byte without a character. */
export const unassigned = 0xfffd;

export class Latin1Scanner extends Scanner {
  readonly encoding = 'latin-1';

  step(bytes: Buffer, at: number): number {
    this.codePoint = bytes[at]!;
    return 1;
  }

  override scan(bytes: Buffer, at: number, _final: boolean, out: TextSink): number {
    this.fault = null;
    out.string(bytes.toString('latin1', at));
    return bytes.length;
  }
}

export class TableScanner extends AsciiScanner {
  readonly encoding: string;
  readonly #table: Uint16Array;
  readonly #reason: string;

  constructor(encoding: string, table: Uint16Array, reason: string) {
    super();
    this.encoding = encoding;
    this.#table = table;
    this.#reason = reason;
  }

  step(bytes: Buffer, at: number): number {
    this.codePoint = this.#table[bytes[at]!]!;
    return this.codePoint === unassigned ? this.malformed(at, at + 1, this.#reason) : 1;
  }
}

/** Writes Latin-1 (limit 256) or ASCII (limit 128). */
export function ordinalWriter(encoding: string, limit: number): CharacterWriter {
  const beyond = limit === 128 ? /[^\x00-\x7f]/ : /[^\x00-\xff]/;
  return {
    encoding,
    width: 1,
    reason: `ordinal not in range(${limit})`,
    joinsErrors: true,
    escapesPart: true,
    longest: 1,
    encodeAll: (text) => (beyond.test(text) ? null : Buffer.from(text, 'latin1')),
    put(codePoint, into, at) {
      if (codePoint >= limit) return 0;
      into[at] = codePoint;
      return 1;
    },
  };
}

export function tableWriter(encoding: string, table: Uint16Array): CharacterWriter {
  const bytes = new Map<number, number>();
  // A character with two bytes is written as the higher one.
  table.forEach((codePoint, byte) => {
    if (codePoint !== unassigned) bytes.set(codePoint, byte);
  });
  return {
    encoding,
    width: 1,
    reason: 'character maps to <undefined>',
    joinsErrors: true,
    longest: 1,
    encodeAll: () => null,
    put(codePoint, into, at) {
      const byte = bytes.get(codePoint);
      if (byte === undefined) return 0;
      into[at] = byte;
      return 1;
    },
  };
}
