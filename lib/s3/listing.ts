// Presents the keys below a prefix as a directory.
import type { CallOptions, DirectoryItem } from '../filesystem/filesystem.js';
import { failed } from './failures.js';
import type { ListCall, ListedObject, ListPage, ObjectStore } from './object-store.js';
import { directoryStats, fileStats, isMarker } from './stats.js';
import { timed } from './timed.js';

/**
 * The pages of a listing, as they arrive. Rejects with EIO if the server has not listed what it was asked for: its answers may decide
 * what is deleted, and must end.
 */
export async function* pages(
  store: ObjectStore,
  list: Omit<ListCall, 'signal' | 'after'>,
  call: CallOptions,
): AsyncGenerator<ListPage> {
  let after: string | undefined;
  do {
    const at = after;
    const page = await timed(call, async ({ signal }) => store.list({ ...list, after: at, signal }));
    const isBelow = (key: string): boolean => key.startsWith(list.prefix);
    if (!page.objects.every(({ key }) => isBelow(key)) || !page.prefixes.every(isBelow))
      throw failed('EIO', 'scandir', new Error('the server has listed keys without the prefix'));
    yield page;
    if (page.next !== undefined && page.next === after)
      throw failed('EIO', 'scandir', new Error('the server has listed the same page twice'));
    after = page.next;
  } while (after !== undefined);
}

/**
 * The entries of the directory with this prefix. Keys whose next name is empty, `.` or `..` are returned as entries of
 * this directory, with the slash in their names (`/b` and `./b` for the keys `a//b` and `a/./b` in `a`), because a
 * directory with such a name would lead a walk back to itself. The listing has no batch only if there is no key at all,
 * not even a marker.
 */
export async function* entries(
  store: ObjectStore,
  prefix: string,
  call: CallOptions,
  under = '',
): AsyncGenerator<DirectoryItem[]> {
  for await (const page of pages(store, { prefix: prefix + under, delimiter: '/' }, call)) {
    const items: DirectoryItem[] = page.objects
      .filter((object) => !(object.key === prefix + under && (under === '' || isMarker(object))))
      .map((object) => fileItem(object, prefix));
    const unnamed: string[] = [];
    for (const each of page.prefixes) {
      const name = each.slice(prefix.length, -1);
      if (isUnnamed(name.slice(under.length))) unnamed.push(`${name}/`);
      else items.push({ name, type: 'directory', stats: directoryStats() });
    }
    if (page.objects.length + page.prefixes.length > 0) yield items;
    for (const each of unnamed) yield* entries(store, prefix, call, each);
  }
}

/** All files below the prefix, each named by its key after the prefix. */
export async function* files(
  store: ObjectStore,
  prefix: string,
  call: CallOptions,
): AsyncGenerator<DirectoryItem[]> {
  for await (const { objects } of pages(store, { prefix }, call)) {
    if (objects.length === 0) continue;
    yield objects
      .filter((object) => object.key !== prefix && !isMarker(object))
      .map((object) => fileItem(object, prefix));
  }
}

function fileItem(object: ListedObject, prefix: string): DirectoryItem {
  return { name: object.key.slice(prefix.length), type: 'file', stats: fileStats(object) };
}

const isUnnamed = (name: string): boolean => name === '' || name === '.' || name === '..';
