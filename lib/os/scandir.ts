// scandir: the entries of a directory with their types, as they come.
import { type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { asyncDispose } from '../file/dispose.js';
import { Sequence } from '../file/sequence.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { Listing } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { DirEntry } from './dir-entry.js';

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
 * @returns an async iterator of DirEntry, which may also be closed; nothing is opened before its first step
 * @throws from its first step: the system's errors in Node's shape (ENOENT, ENOTDIR), TypeError for bad arguments; from
 *   any: AbortError, TimeoutError
 * @cancelling ends at the next step. `break` and `return()` end it, too
 * @platforms the same on Linux, macOS and Windows
 * @example for await (const entry of os.scandir('src')) if (entry.isFile()) console.log(entry.path);
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
