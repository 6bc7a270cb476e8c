// How each error handler treats characters that the encoding does not have.
import type { CharacterWriter, ErrorHandlerName } from './codec.js';
import { characterName } from './names.js';

/** The replacement of `text`, a run of characters that cannot be encoded: a string to encode, bytes, or null for an error. */
export function substitute(
  handler: ErrorHandlerName,
  text: string,
  writer: CharacterWriter,
): string | Buffer | null {
  switch (handler) {
    case 'ignore':
      return '';
    case 'replace':
      return forEach(text, () => '?');
    case 'backslashreplace':
      return forEach(text, escape);
    case 'xmlcharrefreplace':
      return forEach(text, (codePoint) => `&#${codePoint};`);
    case 'namereplace':
      return forEach(text, (codePoint) => {
        const name = characterName(codePoint);
        return name === undefined ? escape(codePoint) : `\\N{${name}}`;
      });
    case 'surrogateescape':
      return writer.width === 1 ? escapedBytes(text) : null;
    case 'surrogatepass':
      return writer.encoding.startsWith('utf-') ? surrogateBytes(text, writer) : null;
    default:
      return null;
  }
}

function forEach(text: string, substitution: (codePoint: number) => string): string {
  let result = '';
  for (const character of text) result += substitution(character.codePointAt(0)!);
  return result;
}

function escape(codePoint: number): string {
  const hexadecimal = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${hexadecimal.padStart(2, '0')}`;
  if (codePoint < 0x10000) return `\\u${hexadecimal.padStart(4, '0')}`;
  return `\\U${hexadecimal.padStart(8, '0')}`;
}

/** The bytes that surrogateescape has put into the text. */
function escapedBytes(text: string): Buffer | null {
  const bytes = Buffer.alloc(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc80 || unit > 0xdcff) return null;
    bytes[i] = unit - 0xdc00;
  }
  return bytes;
}

/** Surrogates as if they were characters. */
function surrogateBytes(text: string, writer: CharacterWriter): Buffer | null {
  const length = writer.width === 1 ? 3 : writer.width;
  const bytes = Buffer.alloc(text.length * length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) return null;
    const at = i * length;
    if (length === 3) {
      bytes[at] = 0xe0 | (unit >> 12);
      bytes[at + 1] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at + 2] = 0x80 | (unit & 0x3f);
    } else if (writer.encoding.endsWith('be')) {
      bytes.writeUIntBE(unit, at, length);
    } else {
      bytes.writeUIntLE(unit, at, length);
    }
  }
  return bytes;
}
