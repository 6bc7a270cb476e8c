// readdir and opendir.
import type { Dirent } from 'node:fs';
import { join, relative } from 'node:path';

import type { DirectoryItem, EntryType } from '../filesystem/filesystem.js';
import { entriesOf } from '../filesystem/generic/lookups.js';
import { joined, SCHEME } from '../filesystem/mounted-path.js';
import { typeOf } from '../filesystem/stats.js';
import { LINK_ITSELF, statCall, type Store } from '../filesystem/store.js';
import { sortByBytes } from '../text/byte-order.js';
import { encoded, encodingOf, pathOf, type PlainPath, textOf } from './arguments.js';
import { bytesOf, direntOf, type Encoding } from './dirent.js';
import { MountedDirectory } from './mounted-directory.js';
import { renamed } from './file-system-error.js';
import { node } from './node.js';
import { LISTS_IN_LEVELS } from './versions.js';
import { realFiles, storeOf } from '../filesystem/mounts.js';
import type { GivenOptions } from '../schedule/options.js';

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
