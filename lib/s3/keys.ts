// From paths to keys and back. A path is '/' and the key below the prefix, byte for byte: nothing is normalized.
import type { FilePath } from '../filesystem/filesystem.js';
import { failed } from './failures.js';

/** The longest key of S3, in bytes of UTF-8. */
const LONGEST_KEY = 1024;

/** Maps paths to the keys below a prefix. */
export class Keys {
  /** Empty, or with a slash at its end. */
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  }

  /** The key of a file. Throws EISDIR for the root, and EILSEQ or ENAMETOOLONG for an invalid key. */
  file(path: FilePath, syscall: string): string {
    const key = this.#key(path, syscall);
    if (key === this.#prefix) throw failed('EISDIR', syscall);
    return key;
  }

  /** The prefix of all keys in a directory: empty, or with a slash at its end. */
  directory(path: FilePath, syscall: string): string {
    const key = this.#key(path, syscall);
    return key === '' || key.endsWith('/') ? key : `${key}/`;
  }

  /** Whether the path is the root. */
  isRoot(path: FilePath): boolean {
    return path.length <= 1;
  }

  #key(path: FilePath, syscall: string): string {
    const text = typeof path === 'string' ? path : Buffer.from(path).toString();
    const key = this.#prefix + (text.startsWith('/') ? text.slice(1) : text);
    if (!key.isWellFormed()) throw failed('EILSEQ', syscall);
    // No character takes more than three bytes for each of its UTF-16 units.
    if (key.length * 3 > LONGEST_KEY && Buffer.byteLength(key) > LONGEST_KEY)
      throw failed('ENAMETOOLONG', syscall);
    return key;
  }
}
