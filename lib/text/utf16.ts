// UTF-16 and UTF-32, with and without a byte order mark.
import { type CharacterWriter, fresh, Scanner, type TextSink } from './codec.js';

export class Utf16Scanner extends Scanner {
  readonly encoding: string;
  override readonly width = 2;
  readonly #bigEndian: boolean;

  constructor(bigEndian: boolean) {
    super();
    this.#bigEndian = bigEndian;
    this.encoding = bigEndian ? 'utf-16-be' : 'utf-16-le';
  }

  step(bytes: Buffer, at: number, final: boolean): number {
    const left = bytes.length - at;
    if (left < 2) return this.tooFew(bytes, at, final, 'truncated data');
    const unit = this.#unit(bytes, at);
    if ((unit & 0xf800) !== 0xd800) {
      this.codePoint = unit;
      return 2;
    }
    if (unit >= 0xdc00) return this.malformed(at, at + 2, 'illegal encoding');
    if (left < 4) return this.tooFew(bytes, at, final, 'unexpected end of data');
    const low = this.#unit(bytes, at + 2);
    if ((low & 0xfc00) !== 0xdc00) return this.malformed(at, at + 2, 'illegal UTF-16 surrogate');
    this.codePoint = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
    return 4;
  }

  override scan(bytes: Buffer, at: number, final: boolean, out: TextSink): number {
    if (at >= fresh) return super.scan(bytes, at, final, out);
    let end = at + ((bytes.length - at) & ~1);
    if (end - at >= 2 && (this.#unit(bytes, end - 2) & 0xfc00) === 0xd800) end -= 2;
    const text = this.#copy(bytes, at, end);
    if (text.isWellFormed()) {
      out.string(text);
      at = end;
    }
    return super.scan(bytes, at, final, out);
  }

  #unit(bytes: Buffer, at: number): number {
    return this.#bigEndian ? (bytes[at]! << 8) | bytes[at + 1]! : bytes[at]! | (bytes[at + 1]! << 8);
  }

  #copy(bytes: Buffer, at: number, end: number): string {
    if (!this.#bigEndian) return bytes.toString('utf16le', at, end);
    return Buffer.from(bytes.subarray(at, end)).swap16().toString('utf16le');
  }
}

export function utf16Writer(encoding: string, bigEndian: boolean): CharacterWriter {
  const unit = (value: number, into: Buffer, at: number): void => {
    into[at] = bigEndian ? value >> 8 : value & 0xff;
    into[at + 1] = bigEndian ? value & 0xff : value >> 8;
  };
  return {
    encoding,
    width: 2,
    reason: 'surrogates not allowed',
    joinsErrors: false,
    longest: 4,
    encodeAll(text) {
      if (!text.isWellFormed()) return null;
      const bytes = Buffer.from(text, 'utf16le');
      return bigEndian ? bytes.swap16() : bytes;
    },
    put(codePoint, into, at) {
      if (codePoint < 0x10000) {
        if ((codePoint & 0xf800) === 0xd800) return 0;
        unit(codePoint, into, at);
        return 2;
      }
      unit(0xd7c0 + (codePoint >> 10), into, at);
      unit(0xdc00 + (codePoint & 0x3ff), into, at + 2);
      return 4;
    },
  };
}

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
