// How each error handler treats malformed bytes.
import { UnicodeDecodeError } from '../errors/unicode.js';
import type { ErrorHandlerName, Fault, UnitWidth } from './codec.js';

/** The text that replaces a fault, and where decoding continues. */
interface Recovery {
  readonly text: string;
  readonly next: number;
}

/** Everything that a handler can use. */
interface FaultyBytes {
  readonly encoding: string;
  readonly width: UnitWidth;
  readonly bytes: Buffer;
}

/** Handles one fault. Throws UnicodeDecodeError if the error handler does not handle it. */
export function recover(handler: ErrorHandlerName, fault: Fault, source: FaultyBytes): Recovery {
  const { start, end } = fault;
  switch (handler) {
    case 'ignore':
      return { text: '', next: end };
    case 'replace':
      return { text: '\ufffd', next: end };
    case 'backslashreplace':
      return { text: escapeBytes(source.bytes.subarray(start, end)), next: end };
    case 'surrogateescape': {
      // CPython takes four bytes at a time, and decodes again after them.
      const text = surrogatesFor(source.bytes.subarray(start, Math.min(end, start + 4)));
      if (text === '') break;
      return { text, next: start + text.length };
    }
    case 'surrogatepass': {
      const recovery = passSurrogate(fault, source);
      if (recovery === null) break;
      return recovery;
    }
    default:
      break;
  }
  throw new UnicodeDecodeError(source.encoding, Uint8Array.from(source.bytes), start, end, fault.reason);
}

function escapeBytes(bytes: Buffer): string {
  return bytes.toString('hex').replace(/../g, '\\x$&');
}

/** U+DC80 to U+DCFF for each byte from 80 to ff, up to the first byte that is ASCII. */
function surrogatesFor(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x80) break;
    text += String.fromCharCode(0xdc00 + byte);
  }
  return text;
}

function passSurrogate({ start }: Fault, { encoding, width, bytes }: FaultyBytes): Recovery | null {
  if (!encoding.startsWith('utf-')) return null;
  const length = width === 1 ? 3 : width;
  if (bytes.length - start < length) return null;
  const unit = surrogateAt(bytes, start, encoding, width);
  if ((unit & 0xfffff800) >>> 0 !== 0xd800) return null;
  return { text: String.fromCharCode(unit), next: start + length };
}

function surrogateAt(bytes: Buffer, at: number, encoding: string, width: UnitWidth): number {
  const bigEndian = encoding.endsWith('be');
  if (width === 2) return bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  if (width === 4) return bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  const [first, second, third] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
  if ((first & 0xf0) !== 0xe0 || (second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return 0;
  return ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
}
