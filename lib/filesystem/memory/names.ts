// Paths as keys: strings in which each byte that is not UTF-8 is a lone surrogate (U+DC80 to U+DCFF), as in Python. So every
// POSIX path is one string, and every string one path.
import { isUtf8 } from 'node:buffer';

import type { FilePath } from '../filesystem.js';

const ESCAPED = 0xdc00;
const LONGEST_CHARACTER = 4;
const MOST_BYTES_PER_UNIT = 3;

/** The key of a path or name. */
export function keyOf(path: FilePath): string {
  if (typeof path === 'string') return path.isWellFormed() ? path : path.toWellFormed();
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  return isUtf8(bytes) ? bytes.toString() : escaped(bytes);
}

function escaped(bytes: Buffer): string {
  let key = '';
  for (let i = 0; i < bytes.length;) {
    const length = characterAt(bytes, i);
    key += length === 0 ? String.fromCharCode(ESCAPED + bytes[i]!) : bytes.toString('utf8', i, i + length);
    i += Math.max(length, 1);
  }
  return key;
}

// The length of the character at `i`; 0 if there is none.
function characterAt(bytes: Buffer, i: number): number {
  for (let length = 1; length <= LONGEST_CHARACTER; length++) {
    if (i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length))) return length;
  }
  return 0;
}

/** The path or name of a key: bytes if it is not UTF-8. */
export function pathOf(key: string): FilePath {
  return key.isWellFormed() ? key : bytesOf(key);
}

/** The bytes of a key. */
export function bytesOf(key: string): Buffer {
  if (key.isWellFormed()) return Buffer.from(key);
  const parts: Buffer[] = [];
  for (const character of key) {
    const unit = character.charCodeAt(0);
    const isEscaped = character.length === 1 && unit >= ESCAPED && unit < 0xe000;
    parts.push(isEscaped ? Buffer.from([unit - ESCAPED]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** Whether the key is longer than `most` bytes. */
export function isLonger(key: string, most: number): boolean {
  return key.length * MOST_BYTES_PER_UNIT > most && (key.length > most || bytesOf(key).length > most);
}
