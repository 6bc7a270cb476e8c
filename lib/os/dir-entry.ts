// One entry of a directory listing, as Python's os.DirEntry with Node's names: what it is, is known without a stat.
import type { BigIntStats, Stats } from 'node:fs';
import { sep } from 'node:path';

import type { StatOptions } from '../file/handle.js';
import { lstat, stat } from './stat.js';

// dirent's DT_ values, as src-native/platform/posix/directory_reader.h has them.
const FIFO = 1;
const CHARACTER = 2;
const DIRECTORY = 4;
const BLOCK = 6;
const FILE = 8;
const LINK = 10;
const SOCKET = 12;

const endsInSeparator = (path: string): boolean => path.endsWith('/') || path.endsWith(sep);

function join(directory: string | Uint8Array, name: string | Buffer): string | Buffer {
  if (typeof directory === 'string' && typeof name === 'string') {
    return directory === '' || endsInSeparator(directory) ? directory + name : directory + sep + name;
  }
  const above = Buffer.from(directory);
  const between =
    above.length === 0 || endsInSeparator(above.toString('latin1', above.length - 1)) ? '' : sep;
  return Buffer.concat([above, Buffer.from(between), Buffer.from(name)]);
}

/** An entry that `scandir` gives. `Name` is string, or Buffer with `{ encoding: 'buffer' }`. */
export class DirEntry<Name extends string | Buffer = string> {
  /** The name in its directory. */
  readonly name: Name;
  /** The inode number, exact to 2^53. */
  readonly inode: number;
  readonly #directory: string | Uint8Array;
  readonly #rawName: string | Buffer;
  readonly #type: number;

  /** @internal */
  constructor(
    directory: string | Uint8Array,
    name: Name,
    rawName: string | Buffer,
    inode: number,
    type: number,
  ) {
    this.name = name;
    this.inode = inode;
    this.#directory = directory;
    this.#rawName = rawName;
    this.#type = type;
  }

  /** The name behind the path that was given to `scandir`. */
  get path(): Name {
    const path = join(this.#directory, this.name);
    return (typeof this.name === 'string' ? path.toString() : path) as Name;
  }

  isFile(): boolean {
    return this.#type === FILE;
  }

  /** False for a link to a directory: ask `stat()`. */
  isDirectory(): boolean {
    return this.#type === DIRECTORY;
  }

  isSymbolicLink(): boolean {
    return this.#type === LINK;
  }

  isFIFO(): boolean {
    return this.#type === FIFO;
  }

  isSocket(): boolean {
    return this.#type === SOCKET;
  }

  isCharacterDevice(): boolean {
    return this.#type === CHARACTER;
  }

  isBlockDevice(): boolean {
    return this.#type === BLOCK;
  }

  /**
   * The entry's status, of what it leads to when it is a link (unless `followSymlinks` is false).
   * @throws the system's errors in Node's shape: ENOENT when the entry has gone
   */
  stat(o: StatOptions & { bigint: true; followSymlinks?: boolean | undefined }): Promise<BigIntStats>;
  stat(o?: StatOptions & { followSymlinks?: boolean | undefined }): Promise<Stats>;
  stat(o?: StatOptions & { followSymlinks?: boolean | undefined }): Promise<Stats | BigIntStats> {
    const path = join(this.#directory, this.#rawName);
    return o?.followSymlinks === false ? lstat(path, o) : stat(path, o);
  }
}
