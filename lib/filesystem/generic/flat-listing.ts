// Builds a tree from one listing of flat keys. On an object store, a walk then takes one request per thousand keys.
import type { GivenOptions } from '../../schedule/options.js';
import { NO_CALL } from '../../schedule/call.js';
import type { DirectoryItem, FilePath } from '../filesystem.js';
import type { MountedStore } from '../mounted-store.js';

/** The maximum number of keys that are kept in memory. Larger trees are listed directory by directory. */
const MOST_KEYS = 50_000;

/** Names that only a listing of their directory returns correctly, because keys can contain what paths cannot. */
const ODD = /(^|\/)(\.{0,2})(\/|$)/;

type Directory = Map<string, DirectoryItem>;

/** The directories below a top, each by its path relative to it. */
export type FlatTree = ReadonlyMap<string, Directory>;

/**
 * Lists all that is below `top`.
 * @returns undefined where the file system has no such listing, and where the tree is too large or has odd names
 */
export async function flatTree(
  store: MountedStore,
  top: FilePath,
  call: GivenOptions,
): Promise<FlatTree | undefined> {
  const { fileSystem } = store;
  if (fileSystem.walkFiles === undefined) return undefined;
  const tree = new Map<string, Directory>([['', new Map()]]);
  let keys = 0;
  for await (const batch of fileSystem.walkFiles(store.inner(top, 'scandir'), call ?? NO_CALL)) {
    keys += batch.length;
    if (keys > MOST_KEYS) return undefined;
    for (const item of batch) {
      if (typeof item.name !== 'string' || ODD.test(item.name)) return undefined;
      add(tree, item, item.name);
    }
  }
  return tree;
}

function add(tree: Map<string, Directory>, item: DirectoryItem, key: string): void {
  const end = key.lastIndexOf('/');
  const above = end < 0 ? '' : key.slice(0, end);
  const name = key.slice(end + 1);
  let directory = tree.get(above);
  if (directory === undefined) {
    directory = new Map<string, DirectoryItem>();
    tree.set(above, directory);
    add(tree, { name: '', type: 'directory' }, above);
  }
  // A key can also be the name of a directory. The listing of the parent directory returns both.
  directory.set(`${item.type}/${name}`, { ...item, name });
}
