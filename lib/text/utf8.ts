// UTF-8, checked and converted by Node's own fast routines wherever the bytes are well formed.
import { isAscii, isUtf8 } from 'node:buffer';
import { fresh, Scanner, type CharacterWriter, type TextSink } from './codec.js';

/** How much malformed text is scanned step by step before the fast path is tried again. */
const window = 4096;

export class Utf8Scanner extends Scanner {
  readonly encoding = 'utf-8';

  step(bytes: Buffer, at: number, final: boolean): number {
    const first = bytes[at]!;
    if (first < 0x80) {
      this.codePoint = first;
      return 1;
    }
    if (first < 0xc2 || first > 0xf4) return this.malformed(at, at + 1, 'invalid start byte');
    const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let codePoint = first & (0x7f >> length);
    for (let i = 1; i < length; i++) {
      if (at + i >= bytes.length) return this.tooFew(bytes, at, final, 'unexpected end of data');
      const byte = bytes[at + i]!;
      // A surrogate is malformed, but reported only when it is complete, because surrogatepass accepts it.
      if (i === 1 && isCutSurrogate(first, byte) && at + 2 >= bytes.length && !final) return 0;
      if (i === 1 ? !isSecond(first, byte) : (byte & 0xc0) !== 0x80) {
        return this.malformed(at, at + i, 'invalid continuation byte');
      }
      codePoint = (codePoint << 6) | (byte & 0x3f);
    }
    this.codePoint = codePoint;
    return length;
  }

  override scan(bytes: Buffer, at: number, final: boolean, out: TextSink): number {
    this.fault = null;
    if (at < fresh) {
      const whole = completeEnd(bytes, at, bytes.length);
      const rest = bytes.subarray(at, whole);
      const ascii = isAscii(rest);
      if (ascii || isUtf8(rest)) {
        out.string(rest.toString(ascii ? 'latin1' : 'utf8'));
        at = whole;
      }
    }
    while (at < bytes.length) {
      const end = completeEnd(bytes, at, Math.min(at + window, bytes.length));
      const part = bytes.subarray(at, end);
      if (end > at && isUtf8(part)) {
        out.string(part.toString(isAscii(part) ? 'latin1' : 'utf8')); // of ASCII, V8's one-byte kind
        at = end;
        continue;
      }
      const stopped = super.scan(bytes, at, final, out, Math.min(at + window, bytes.length));
      if (this.fault !== null || stopped === at) return stopped;
      at = stopped;
    }
    return at;
  }
}

/** The range of the second byte excludes overlong forms, surrogates and code points beyond U+10FFFF. */
function isSecond(first: number, byte: number): boolean {
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}

function isCutSurrogate(first: number, second: number): boolean {
  return first === 0xed && second >= 0xa0 && second <= 0xbf;
}

/** `end`, or the start of the last character before it, if this character is incomplete. */
function completeEnd(bytes: Buffer, from: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= from; back++) {
    const byte = bytes[end - back]!;
    if (byte >= 0xc0) {
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      return length > back ? end - back : end;
    }
    if (byte < 0x80) break;
  }
  return end;
}

export const utf8Writer: CharacterWriter = {
  encoding: 'utf-8',
  width: 1,
  reason: 'surrogates not allowed',
  joinsErrors: true,
  longest: 4,
  encodeAll: (text) => (text.isWellFormed() ? Buffer.from(text, 'utf8') : null),
  put(codePoint, into, at) {
    if (codePoint < 0x80) {
      into[at] = codePoint;
      return 1;
    }
    if (codePoint < 0x800) {
      into[at] = 0xc0 | (codePoint >> 6);
      into[at + 1] = 0x80 | (codePoint & 0x3f);
      return 2;
    }
    if (codePoint < 0x10000) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) return 0;
      into[at] = 0xe0 | (codePoint >> 12);
      into[at + 1] = 0x80 | ((codePoint >> 6) & 0x3f);
      into[at + 2] = 0x80 | (codePoint & 0x3f);
      return 3;
    }
    into[at] = 0xf0 | (codePoint >> 18);
    into[at + 1] = 0x80 | ((codePoint >> 12) & 0x3f);
    into[at + 2] = 0x80 | ((codePoint >> 6) & 0x3f);
    into[at + 3] = 0x80 | (codePoint & 0x3f);
    return 4;
  },
};
