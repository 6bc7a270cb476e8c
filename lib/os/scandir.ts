// scandir: the entries of a directory with their types, as they come. An entry is Python's os.DirEntry with Node's names.
// Its type is known without a stat.
import type { BigIntStats, Stats } from 'node:fs';
import { sep } from 'node:path';

import { flag, optionReader } from '../arguments/options.js';
import type { StatOptions } from '../file/handle.js';
import type { DirectoryItem, EntryType } from '../filesystem/filesystem.js';
import { typeOf } from '../filesystem/stats.js';
import { storeToRead } from '../filesystem/mounts.js';
import { type Listing, statCall } from '../filesystem/store.js';
import { type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { asyncDispose } from '../file/dispose.js';
import { Sequence } from '../file/sequence.js';
import type { OpOptions } from '../schedule/options.js';

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

// Names that are not UTF-8 are shown with a replacement character, but used by their bytes.
const shownOf = (name: string | Uint8Array): string =>
  typeof name === 'string' ? name : Buffer.from(name).toString();

/**
 * An entry of a directory, from `scandir`. `Name` is string, or Buffer with `{ encoding: 'buffer' }`. The methods other than `stat`
 * do no I/O.
 * @throws nothing, except for `stat`
 * @cancelling only `stat` takes a signal
 * @platforms the same on all systems; Windows has no FIFOs, sockets and devices in directories
 * @example for await (const entry of os.scandir('.')) if (entry.isFile()) console.log(entry.name);
 */
export class DirEntry<Name extends string | Buffer = string> {
  /** The name, without the directory. */
  readonly name: Name;
  /** The inode number, which is exact up to 2^53. */
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

  /** The path that was passed to `scandir`, joined with the name. */
  get path(): Name {
    const path = join(this.#directory, this.name);
    return (typeof this.name === 'string' ? path.toString() : path) as Name;
  }

  /** Tests whether the entry is a regular file.
   * @returns true if it is; false for a symbolic link to a file */
  isFile(): boolean {
    return this.#type === 'file';
  }

  /** Tests whether the entry is a directory.
   * @returns true if it is; false for a symbolic link to a directory */
  isDirectory(): boolean {
    return this.#type === 'directory';
  }

  /** Tests whether the entry is a symbolic link.
   * @returns true if it is */
  isSymbolicLink(): boolean {
    return this.#type === 'symlink';
  }

  /** Tests whether the entry is a FIFO.
   * @returns true if it is */
  isFIFO(): boolean {
    return this.#type === 'fifo';
  }

  /** Tests whether the entry is a socket.
   * @returns true if it is */
  isSocket(): boolean {
    return this.#type === 'socket';
  }

  /** Tests whether the entry is a character device.
   * @returns true if it is */
  isCharacterDevice(): boolean {
    return this.#type === 'character';
  }

  /** Tests whether the entry is a block device.
   * @returns true if it is */
  isBlockDevice(): boolean {
    return this.#type === 'block';
  }

  /**
   * Gets the status of the entry. Follows a link, unless `followSymlinks` is false.
   * @returns node:fs Stats, or BigIntStats with `{ bigint: true }`
   * @throws the system's errors in Node's shape, such as ENOENT if the entry no longer exists
   * @cancelling as `os.stat`
   * @example const { size } = await entry.stat();
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

type Entries<Name extends string | Buffer> = AsyncIterableIterator<DirEntry<Name>>;

/** The listing in progress. Breaking off a loop over it, `close()` and `await using` end it early. */
class DirectoryEntries<Name extends string | Buffer> implements Entries<Name> {
  readonly #path: Path;
  readonly #o: (OpOptions & EncodingOptions) | undefined;
  #listing: Listing | undefined;
  #directory: string | Uint8Array = '';
  #asBytes = false;
  #batch: DirEntry<Name>[] = [];
  #at = 0;
  #ended = false;
  // Calls of next() that are made without waiting are answered in order.
  readonly #sequence = new Sequence();

  constructor(path: Path, o: (OpOptions & EncodingOptions) | undefined) {
    this.#path = path;
    this.#o = o;
  }

  next(): Promise<IteratorResult<DirEntry<Name>>> {
    if (this.#sequence.idle && this.#at < this.#batch.length)
      return Promise.resolve({ done: false, value: this.#batch[this.#at++]! });
    return this.#sequence.run(() => this.#next());
  }

  async #next(): Promise<IteratorResult<DirEntry<Name>>> {
    while (this.#at === this.#batch.length) {
      if (this.#ended) return { done: true, value: undefined };
      try {
        await this.#fill();
      } catch (error) {
        this.#end();
        throw error;
      }
    }
    return { done: false, value: this.#batch[this.#at++]! };
  }

  async #fill(): Promise<void> {
    this.#listing ??= this.#open();
    const items = await this.#listing.next();
    this.#at = 0;
    this.#batch = (items ?? []).map((item) => new DirEntry<Name>(this.#directory, item, this.#asBytes));
    if (items === undefined) this.#end();
  }

  #open(): Listing {
    const { encoding, call } = readEncodingOptions(this.#o);
    this.#asBytes = encoding;
    this.#directory = toPathBytes(this.#path);
    return storeToRead(this.#directory).listing(this.#directory, call?.forEachStep());
  }

  #end(): void {
    this.#ended = true;
    this.#listing?.close();
  }

  /** Ends the listing and closes the directory. */
  async close(): Promise<void> {
    this.#batch = [];
    this.#at = 0;
    this.#end();
  }

  async return(): Promise<IteratorResult<DirEntry<Name>>> {
    await this.close();
    return { done: true, value: undefined };
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Lists the entries of a directory, without "." and "..", in arbitrary order, with their types.
 * @param path the directory. Default: the working directory
 * @param o `timeout` is for each step, without the time that the body of the loop takes
 * @returns an async iterator of DirEntry, which can also be closed; nothing is opened before its first step
 * @throws from its first step: the system's errors in Node's shape (ENOENT, ENOTDIR), TypeError for bad arguments; from
 *   any: AbortError, TimeoutError
 * @cancelling ends at the next step. `break` and `return()` end it, too
 * @platforms the same on Linux, macOS and Windows
 * @example for await (const entry of os.scandir('src')) if (entry.isFile()) console.log(entry.path);
 * @see https://docs.python.org/3/library/os.html#os.scandir
 */
export function scandir(
  path: Path | undefined,
  o: OpOptions & { encoding: 'buffer' },
): Entries<Buffer> & AsyncDisposable & { close(): Promise<void> };
export function scandir(
  path?: Path,
  o?: OpOptions & EncodingOptions,
): Entries<string> & AsyncDisposable & { close(): Promise<void> };
export function scandir(path: Path = '.', o?: OpOptions & EncodingOptions): unknown {
  return new DirectoryEntries(path, o);
}
