// readdir and opendir: Node's fs.Dirent and fs.Dir, made of what a file system lists.
import { constants, Dirent } from 'node:fs';
import { join, relative } from 'node:path';

import type { DirectoryItem, EntryType } from '../filesystem/filesystem.js';
import { UnsupportedOperationError } from '../errors/index.js';
import { asyncDispose } from '../file/dispose.js';
import { Sequence } from '../file/sequence.js';
import { LINK_ITSELF, type Listing, statCall, type Store } from '../filesystem/store.js';
import type { GivenOptions } from '../schedule/options.js';
import { entriesOf } from '../filesystem/generic/lookups.js';
import { joined, SCHEME } from '../filesystem/mounted-path.js';
import { typeOf } from '../filesystem/stats.js';
import { sortByBytes } from '../text/byte-order.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import { encoded, encodingOf, pathOf, type PlainPath, textOf } from './arguments.js';
import { type Done, tell } from './handle-stream.js';
import { renamed } from './file-system-error.js';
import { LISTS_IN_LEVELS, node } from './node.js';

/** How names are returned. */
export type Encoding = BufferEncoding | 'buffer';
type DirentConstructor = new (name: string | Buffer, type: number, path: string | Buffer) => Dirent;

// Node's numbers for the types of entries. Like the constructor of Dirent, they are not documented, but they have not
// changed since Node 10.
const TYPES = constants as unknown as Record<string, number>;
const TYPE_NUMBERS: Record<EntryType, number> = {
  unknown: TYPES.UV_DIRENT_UNKNOWN!,
  file: TYPES.UV_DIRENT_FILE!,
  directory: TYPES.UV_DIRENT_DIR!,
  symlink: TYPES.UV_DIRENT_LINK!,
  fifo: TYPES.UV_DIRENT_FIFO!,
  socket: TYPES.UV_DIRENT_SOCKET!,
  character: TYPES.UV_DIRENT_CHAR!,
  block: TYPES.UV_DIRENT_BLOCK!,
};

/** The bytes of a name. */
export const bytesOf = (name: PlainPath): Uint8Array => (typeof name === 'string' ? Buffer.from(name) : name);

/** An entry as an object of Node's class. */
export function direntOf(item: DirectoryItem, directory: string | Buffer, encoding: Encoding): Dirent {
  const name =
    encoding === 'utf8' && typeof item.name === 'string' ? item.name : encoded(bytesOf(item.name), encoding);
  return new (Dirent as unknown as DirentConstructor)(name, TYPE_NUMBERS[item.type], directory);
}

function closedDirectory(): Error {
  return Object.assign(new Error('Directory handle was closed'), { code: 'ERR_DIR_CLOSED' });
}

/**
 * Returns entries one at a time, as fs.Dir. The synchronous methods throw, because mounted file systems have no
 * synchronous calls.
 */
class MountedDirectory {
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

/** The entries of a directory in the order of their names, as Node has them. */
async function itemsOf(store: Store, path: PlainPath, call: GivenOptions): Promise<DirectoryItem[]> {
  const items = await entriesOf(store, path, call);
  for (const [i, item] of items.entries())
    if (item.type === 'unknown')
      items[i] = { ...item, type: await typeAt(store, childOf(path, item.name), call) };
  return sorted(items);
}

function sorted(items: DirectoryItem[]): DirectoryItem[] {
  const byName = new Map<string, DirectoryItem>();
  for (const item of items) byName.set(typeof item.name === 'string' ? item.name : latinOf(item.name), item);
  return sortByBytes(Array.from(byName.keys())).map((name) => byName.get(name)!);
}

// Used for names that are not UTF-8, because two of them must not become one.
const latinOf = (name: Uint8Array): string => `${textOf(name)}\0${Buffer.from(name).toString('latin1')}`;

/** The kind of file at `path`. Links are not followed. */
export async function typeAt(store: Store, path: PlainPath, call: GivenOptions): Promise<EntryType> {
  return typeOf(await store.stat(path, LINK_ITSELF, call));
}

// `join` would make one slash of the two in the URL of a mounted file system.
const inDirectory = (path: string, name: string): string =>
  SCHEME.test(path) ? (joined(path, name) as string) : join(path, name);

const below = (top: string, path: string): string =>
  SCHEME.test(top) ? path.slice(top.length).replace(/^\//, '') : relative(top, path);

function childOf(path: PlainPath, name: PlainPath): PlainPath {
  if (typeof path === 'string' && typeof name === 'string') return inDirectory(path, name);
  return Buffer.concat([bytesOf(path), Buffer.from('/'), bytesOf(name)]);
}

interface ReaddirOptions {
  withFileTypes?: unknown;
  recursive?: unknown;
}

export async function readdir(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const encoding = encodingOf(options);
  if (plain === undefined || encoding === undefined) return node.readdir(path as never, options as never);
  const { withFileTypes, recursive } = (typeof options === 'object' ? (options ?? {}) : {}) as ReaddirOptions;
  const store = storeOf(plain);
  if (recursive) {
    // Paths of bytes, and names in another encoding: versions of Node differ in how they join them, and whether.
    if (store === realFiles && (encoding !== 'utf8' || ArrayBuffer.isView(path)))
      return node.readdir(path as never, options as never);
    const top = textOf(plain);
    return withFileTypes ? allEntries(store, top, encoding, call) : allNames(store, top, encoding, call);
  }
  if (withFileTypes) {
    // Just as fast, because the entries would have to be sorted here.
    if (store === realFiles && call === undefined) return node.readdir(path as never, options as never);
    const items = await itemsOf(store, plain, call);
    const directory = typeof path === 'string' || Buffer.isBuffer(path) ? path : textOf(plain);
    return items.map((item) => direntOf(item, directory, encoding));
  }
  if (encoding !== 'utf8') {
    const names = (await store.names(plain, true, call)).map(bytesOf);
    return names.sort((a, b) => Buffer.compare(a, b)).map((name) => encoded(name, encoding));
  }
  const names = await store.names(plain, false, call, true);
  for (let i = 0; i < names.length; i++) if (typeof names[i] !== 'string') names[i] = textOf(names[i]!);
  return names;
}

// In Node's order: the directory found last is listed next; since Node 26, the one found first. All known directories
// are listed in parallel.
const nextOf = <T>(found: T[]): T | undefined => (LISTS_IN_LEVELS ? found.shift() : found.pop());

/** Everything below `top`, with `made` called for each entry. With `follow`, also the content of linked directories. */
async function all<T>(
  store: Store,
  top: string,
  call: GivenOptions,
  follow: boolean,
  made: (item: DirectoryItem, directory: string) => T,
): Promise<T[]> {
  const result: T[] = [];
  const found = [listed(store, top, call)];
  for (let next = nextOf(found); next !== undefined; next = nextOf(found)) {
    const { path, items } = next;
    for (const item of await items) {
      result.push(made(item, path));
      const child = inDirectory(path, textOf(item.name));
      const descend =
        item.type === 'directory' ||
        (follow && item.type === 'symlink' && (await leadsToDirectory(store, child, call)));
      if (descend) found.push(listed(store, child, call));
    }
  }
  return result;
}

// Since Node 26 links to directories are followed with types, too.
const allEntries = (store: Store, top: string, encoding: Encoding, call: GivenOptions): Promise<Dirent[]> =>
  all(store, top, call, LISTS_IN_LEVELS, (item, path) => direntOf(item, path, encoding));

// As in Node: without types, links to directories are followed.
async function allNames(
  store: Store,
  top: string,
  encoding: Encoding,
  call: GivenOptions,
): Promise<(string | Buffer)[]> {
  const names = await all(store, top, call, true, ({ name }, path) =>
    below(top, inDirectory(path, textOf(name))),
  );
  return encoding === 'utf8' ? names : names.map((name) => encoded(Buffer.from(name), encoding));
}

interface Listed {
  readonly path: string;
  readonly items: Promise<DirectoryItem[]>;
}

function listed(store: Store, path: string, call: GivenOptions): Listed {
  const items = itemsOf(store, path, call);
  items.catch(() => undefined); // reported in its turn
  return { path, items };
}

async function leadsToDirectory(store: Store, path: string, call: GivenOptions): Promise<boolean> {
  try {
    return (await store.stat(path, statCall(true, false), call)).isDirectory();
  } catch {
    return false;
  }
}

export async function opendir(call: GivenOptions, path: unknown, options: unknown): Promise<unknown> {
  const plain = pathOf(path);
  const encoding = encodingOf(options);
  // Node's fs.Dir on real files.
  if (plain === undefined || encoding === undefined || storeOf(plain) === realFiles)
    return node.opendir(path as never, options as never);
  const store = storeOf(plain);
  // ENOENT and ENOTDIR are reported immediately, as in Node.
  const first = store.listing(plain, call);
  const batch = await first.next().catch((error: unknown) => {
    throw renamed(error, 'opendir', plain);
  });
  const { recursive = false } = (typeof options === 'object' ? (options ?? {}) : {}) as {
    recursive?: boolean;
  };
  return new MountedDirectory(store, plain, encoding, recursive, first, batch, call);
}
