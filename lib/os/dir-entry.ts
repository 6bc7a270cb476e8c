// One entry of a directory listing: Python's os.DirEntry with Node's names. Its type is known without a stat.
import type { BigIntStats, Stats } from 'node:fs';
import { sep } from 'node:path';

import { flag, optionReader } from '../arguments/options.js';
import type { StatOptions } from '../file/handle.js';
import type { DirectoryItem, EntryType } from '../filesystem/filesystem.js';
import { typeOf } from '../filesystem/stats.js';
import { storeToRead } from '../filesystem/mounts.js';
import { statCall } from '../filesystem/store.js';

const readStatOptions = optionReader({ bigint: flag(false), followSymlinks: flag(true) });

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

// Names that are not UTF-8 are shown with a replacement character, but found by their bytes.
const shownOf = (name: string | Uint8Array): string =>
  typeof name === 'string' ? name : Buffer.from(name).toString();

/** An entry that `scandir` gives. `Name` is string, or Buffer with `{ encoding: 'buffer' }`. */
export class DirEntry<Name extends string | Buffer = string> {
  /** The name in its directory. */
  readonly name: Name;
  /** The inode number, exact to 2^53. */
  readonly inode: number;
  readonly #directory: string | Uint8Array;
  readonly #item: DirectoryItem;

  /** @internal */
  constructor(directory: string | Uint8Array, item: DirectoryItem, asBytes: boolean) {
    const { name } = item;
    this.name = (asBytes ? Buffer.from(name) : shownOf(name)) as Name;
    this.inode = item.inode ?? item.stats?.ino ?? 0;
    this.#directory = directory;
    this.#item = item;
  }

  get #type(): EntryType {
    const { type, stats } = this.#item;
    return type === 'unknown' && stats !== undefined ? typeOf(stats) : type;
  }

  /** The path that was given to `scandir`, and the name. */
  get path(): Name {
    const path = join(this.#directory, this.name);
    return (typeof this.name === 'string' ? path.toString() : path) as Name;
  }

  /** Whether the entry is a regular file; false for a symbolic link to one. */
  isFile(): boolean {
    return this.#type === 'file';
  }

  /** False for a link to a directory: see `stat()`. */
  isDirectory(): boolean {
    return this.#type === 'directory';
  }

  /** Whether the entry is a symbolic link. */
  isSymbolicLink(): boolean {
    return this.#type === 'symlink';
  }

  /** Whether the entry is a FIFO. */
  isFIFO(): boolean {
    return this.#type === 'fifo';
  }

  /** Whether the entry is a socket. */
  isSocket(): boolean {
    return this.#type === 'socket';
  }

  /** Whether the entry is a character device. */
  isCharacterDevice(): boolean {
    return this.#type === 'character';
  }

  /** Whether the entry is a block device. */
  isBlockDevice(): boolean {
    return this.#type === 'block';
  }

  /**
   * The entry's status. For a link, the status of what it leads to, unless `followSymlinks` is false.
   * @throws the system's errors in Node's shape: ENOENT if the entry has vanished
   */
  stat(o: StatOptions & { bigint: true; followSymlinks?: boolean | undefined }): Promise<BigIntStats>;
  stat(o?: StatOptions & { followSymlinks?: boolean | undefined }): Promise<Stats>;
  async stat(o?: StatOptions & { followSymlinks?: boolean | undefined }): Promise<Stats | BigIntStats> {
    const { followSymlinks, bigint, call } = readStatOptions(o);
    const { name } = this.#item;
    const path = join(this.#directory, typeof name === 'string' ? name : Buffer.from(name));
    return storeToRead(path).stat(path, statCall(followSymlinks, bigint), call);
  }
}
