// The traversal under `walk` and `glob` by listings, for mounted file systems. Of flat keys, one listing shows the whole tree. On an
// object store, a walk then takes one request per thousand keys.
import type { BigIntStats } from 'node:fs';

import type { GivenOptions } from '../../schedule/options.js';
import { NO_CALL } from '../../schedule/call.js';
import type { DirectoryItem, FilePath } from '../filesystem.js';
import type { MountedStore } from '../mounted-store.js';
import { AbortError } from '../../errors/index.js';
import { isErrorOfPath } from '../errors.js';
import { FOLLOW, FOLLOW_BIGINT, type TreeStep, type TreeWalker, type TreeWalkOptions } from '../store.js';
import { entriesOf, identityAt } from './lookups.js';

/** The maximum number of keys that are kept in memory. Larger trees are listed directory by directory. */
const MOST_KEYS = 50_000;

/** Names that only a listing of their directory returns correctly, because keys can contain what paths cannot. */
const ODD = /(^|\/)(\.{0,2})(\/|$)/;

type Directory = Map<string, DirectoryItem>;

/** The directories below a top, each by its path relative to it. */
type FlatTree = ReadonlyMap<string, Directory>;

/**
 * Lists all that is below `top`.
 * @returns undefined where the file system has no such listing, and where the tree is too large or has odd names
 */
async function flatTree(
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

const DOT = '.';

const rawOf = (name: FilePath): string => Buffer.from(name).toString('latin1');
const shownOf = (raw: string): string => Buffer.from(raw, 'latin1').toString();

/** A directory to be visited. */
interface Frame {
  /** The raw path below the top; '' for the top. */
  readonly relative: string;
  readonly depth: number;
  /** Already listed. Its step comes after everything below it. */
  readonly step: TreeStep | undefined;
  /** The identities of the directory and its parent directories, if links are followed. */
  readonly above: readonly string[];
}

export class GenericTreeWalk implements TreeWalker {
  readonly atHand = false;
  readonly #store: MountedStore;
  readonly #top: string;
  readonly #o: TreeWalkOptions;
  readonly #call: GivenOptions;
  /** The whole tree, if one listing returned it. */
  #flat: Promise<FlatTree | undefined> | undefined;
  /** The next directory is at the end. */
  #frames: Frame[];
  #last: Frame | undefined;
  /** The directories to visit from the directory of the last step. */
  #children: Frame[] = [];

  constructor(store: MountedStore, top: FilePath, o: TreeWalkOptions, call: GivenOptions) {
    this.#store = store;
    this.#top = rawOf(top);
    this.#o = o;
    this.#call = call;
    this.#frames = [{ relative: '', depth: 0, step: undefined, above: [] }];
  }

  async next(): Promise<TreeStep | undefined> {
    if (this.#call?.signal?.aborted === true) throw new AbortError(this.#call.signal.reason);
    if (!this.#o.bottomUp) {
      this.#frames.push(...this.#children);
      this.#children = [];
      const frame = this.#frames.pop();
      if (frame === undefined) return undefined;
      this.#last = frame;
      const { step, children } = await this.#visit(frame);
      this.#children = children;
      return step;
    }
    for (;;) {
      const frame = this.#frames.pop();
      if (frame === undefined) return undefined;
      this.#last = frame;
      if (frame.step !== undefined) return frame.step;
      const { step, children } = await this.#visit(frame);
      this.#frames.push({ ...frame, step }, ...children);
    }
  }

  take(): TreeStep {
    throw new Error('there is no step to take');
  }

  get relative(): string {
    return this.#last?.relative ?? '';
  }

  descendTo(names: string[], follow = ''): void {
    const { relative, depth, above } = this.#last!;
    const known = new Map(this.#children.map((child) => [child.relative, child]));
    this.#children = names
      .map((name, i) => {
        const path = relative === '' ? name : `${relative}/${name}`;
        const frame: Frame = known.get(path) ?? { relative: path, depth: depth + 1, step: undefined, above };
        return { frame, wanted: known.has(path) || follow[i] === '1' || !this.#links.has(path) };
      })
      .filter(({ wanted }) => wanted)
      .map(({ frame }) => frame)
      .reverse();
  }

  close(): void {
    this.#frames = [];
    this.#children = [];
  }

  // Links to directories among the children of the last step. They are visited only if links are followed.
  readonly #links = new Set<string>();

  #path(relative: string): string {
    if (relative === '') return this.#top;
    return this.#top.endsWith('/') ? this.#top + relative : `${this.#top}/${relative}`;
  }

  async #visit(frame: Frame): Promise<{ step: TreeStep; children: Frame[] }> {
    const path = this.#path(frame.relative);
    const step: TreeStep = {
      path,
      shownPath: shownOf(path),
      raw: [],
      shown: [],
      at: 0,
      directories: 0,
      links: 0,
      others: 0,
      error: undefined,
    };
    this.#links.clear();
    const above = this.#o.followLinks ? [...frame.above, await this.#identity(path)] : frame.above;
    const directories: string[] = [];
    const links: string[] = [];
    const others: string[] = [];
    try {
      for (const item of await this.#itemsOf(frame.relative, path)) {
        const raw = rawOf(item.name);
        if (this.#o.noHidden && raw.startsWith(DOT)) continue;
        const kind = await this.#kindOf(`${path}/${raw}`, item);
        (kind === 'directory' ? directories : kind === 'link' ? links : others).push(raw);
      }
    } catch (error) {
      if (!isErrorOfPath(error)) throw error;
      step.error = error as Error;
      return { step, children: [] };
    }
    step.raw = [...directories, ...links, ...others];
    step.shown = step.raw.map(shownOf);
    step.directories = directories.length;
    step.links = links.length;
    step.others = others.length;
    const below = (name: string): string => (frame.relative === '' ? name : `${frame.relative}/${name}`);
    for (const name of links) this.#links.add(below(name));
    if (this.#o.depth >= 0 && frame.depth >= this.#o.depth) return { step, children: [] };
    const visited = [...directories];
    if (this.#o.followLinks) {
      for (const name of links)
        if (!above.includes(await this.#identity(this.#path(below(name))))) visited.push(name);
    }
    const children = visited
      .map((name) => ({ relative: below(name), depth: frame.depth + 1, step: undefined, above }))
      .reverse();
    return { step, children };
  }

  async #itemsOf(relative: string, path: string): Promise<Iterable<DirectoryItem>> {
    // Not used for a limited depth, because the listing has no limit.
    if (this.#o.depth < 0) {
      this.#flat ??= flatTree(this.#store, nativeName(this.#top), this.#call);
      const directory = (await this.#flat)?.get(Buffer.from(relative, 'latin1').toString());
      if (directory !== undefined) return directory.values();
    }
    return entriesOf(this.#store, nativeName(path), this.#call);
  }

  async #kindOf(path: string, { type, stats }: DirectoryItem): Promise<'directory' | 'link' | 'other'> {
    if (type === 'directory' || (type === 'unknown' && stats?.isDirectory() === true)) return 'directory';
    if (type !== 'symlink' && type !== 'unknown') return 'other';
    try {
      const leadsToDirectory = (await this.#store.stat(nativeName(path), FOLLOW, this.#call)).isDirectory();
      return leadsToDirectory ? (type === 'symlink' ? 'link' : 'directory') : 'other';
    } catch (error) {
      if (!isErrorOfPath(error)) throw error;
      return 'other';
    }
  }

  // The identity of a directory, so that links do not lead back into it.
  async #identity(path: string): Promise<string> {
    try {
      const name = nativeName(path);
      const stats = await this.#store.stat(name, FOLLOW_BIGINT, this.#call);
      return await identityAt(this.#store, name, stats as BigIntStats, this.#call);
    } catch (error) {
      if (!isErrorOfPath(error)) throw error;
      return path;
    }
  }
}

// Text if the raw name is UTF-8, because most file systems take text.
function nativeName(raw: string): FilePath {
  const bytes = Buffer.from(raw, 'latin1');
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
}
