// fs.Dir for a directory of a mounted file system.
import type { Dirent } from 'node:fs';

import { UnsupportedOperationError } from '../errors/index.js';
import { asyncDispose } from '../file/dispose.js';
import { Sequence } from '../file/sequence.js';
import type { DirectoryItem } from '../filesystem/filesystem.js';
import type { Listing, Store } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';
import { type PlainPath, textOf } from './arguments.js';
import { direntOf } from './dirent.js';
import { type Done, tell } from './stream-calls.js';

type Encoding = BufferEncoding | 'buffer';

function closedDirectory(): Error {
  return Object.assign(new Error('Directory handle was closed'), { code: 'ERR_DIR_CLOSED' });
}

/**
 * Returns entries one at a time, as fs.Dir. The synchronous methods throw, because mounted file systems have no
 * synchronous calls.
 */
export class MountedDirectory {
  readonly #store: Store;
  readonly #path: PlainPath;
  readonly #encoding: Encoding;
  readonly #recursive: boolean;
  readonly #call: GivenOptions;
  readonly #sequence = new Sequence();
  readonly #below: string[] = [];
  #listing: Listing | undefined;
  #directory: string;
  #batch: readonly DirectoryItem[];
  #at = 0;
  #closed = false;

  constructor(
    store: Store,
    path: PlainPath,
    encoding: Encoding,
    recursive: boolean,
    listing: Listing,
    batch: readonly DirectoryItem[] | undefined,
    call: GivenOptions,
  ) {
    this.#store = store;
    this.#path = path;
    this.#directory = textOf(path);
    this.#encoding = encoding;
    this.#recursive = recursive;
    this.#listing = batch === undefined ? undefined : listing;
    this.#batch = batch ?? [];
    this.#call = call;
  }

  get path(): string {
    return textOf(this.#path);
  }

  read(): Promise<Dirent | null>;
  read(done: Done): void;
  read(done?: Done): Promise<Dirent | null> | void {
    const reading = this.#closed ? Promise.reject(closedDirectory()) : this.#sequence.run(() => this.#next());
    if (done === undefined) return reading;
    tell(reading, done, (entry) => [entry]);
  }

  async #next(): Promise<Dirent | null> {
    while (this.#at === this.#batch.length) {
      if (this.#listing === undefined) {
        const next = this.#below.pop();
        if (next === undefined) return null;
        this.#directory = next;
        this.#listing = this.#store.listing(next, this.#call);
      }
      const batch = await this.#listing.next();
      this.#batch = batch ?? [];
      this.#at = 0;
      if (batch === undefined) this.#listing = undefined;
    }
    const item = this.#batch[this.#at++]!;
    const dirent = direntOf(item, this.#directory, this.#encoding);
    if (this.#recursive && item.type === 'directory')
      this.#below.push(`${this.#directory.replace(/\/$/, '')}/${textOf(item.name)}`);
    return dirent;
  }

  close(): Promise<void>;
  close(done: Done): void;
  close(done?: Done): Promise<void> | void {
    const closing = this.#closed ? Promise.reject(closedDirectory()) : this.#end();
    if (done === undefined) return closing;
    tell(closing, done, () => []);
  }

  async #end(): Promise<void> {
    this.#closed = true;
    await this.#sequence.drained();
    this.#listing?.close();
    this.#listing = undefined;
  }

  readSync(): never {
    throw this.#asynchronousOnly('readSync');
  }

  closeSync(): never {
    throw this.#asynchronousOnly('closeSync');
  }

  #asynchronousOnly(name: string): Error {
    return new UnsupportedOperationError(`${this.#store.name}: a directory has no ${name}`);
  }

  async *entries(): AsyncGenerator<Dirent> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
    } finally {
      if (!this.#closed) await this.close();
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Dirent> {
    return this.entries();
  }

  async [asyncDispose](): Promise<void> {
    if (!this.#closed) await this.close();
  }
}
