// UTF-32 in both byte orders: four bytes per character, so the only faults are values that are not code points.
import { Scanner, type CharacterWriter } from './codec.js';

export class Utf32Scanner extends Scanner {
  readonly encoding: string;
  override readonly width = 4;
  readonly #bigEndian: boolean;

  constructor(bigEndian: boolean) {
    super();
    this.#bigEndian = bigEndian;
    this.encoding = bigEndian ? 'utf-32-be' : 'utf-32-le';
  }

  step(bytes: Buffer, at: number, final: boolean): number {
    if (bytes.length - at < 4) return this.tooFew(bytes, at, final, 'truncated data');
    const value = this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    if (value > 0x10ffff) return this.malformed(at, at + 4, 'code point not in range(0x110000)');
    if (value >= 0xd800 && value < 0xe000) {
      return this.malformed(at, at + 4, 'code point in surrogate code point range(0xd800, 0xe000)');
    }
    this.codePoint = value;
    return 4;
  }
}

export function utf32Writer(encoding: string, bigEndian: boolean): CharacterWriter {
  return {
    encoding,
    width: 4,
    reason: 'surrogates not allowed',
    joinsErrors: false,
    longest: 4,
    encodeAll: () => null,
    put(codePoint, into, at) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) return 0;
      if (bigEndian) into.writeUInt32BE(codePoint, at);
      else into.writeUInt32LE(codePoint, at);
      return 4;
    },
  };
}
