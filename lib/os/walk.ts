// walk: a tree, directory by directory, as Python's os.walk.
import { treeToRead } from '../arguments/checked-path.js';
import { type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import type { Path } from '../arguments/path.js';
import type { SystemError } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { type TreeStep, TreeWalk } from './tree-walk.js';

/** Options of `walk`. */
export interface WalkOptions extends OpOptions, EncodingOptions {
  /** True gives a directory before those in it, false after them. Default true. */
  topdown?: boolean | undefined;
  /** Called with the error of a directory that cannot be listed; what it throws ends the walk. Default: passed over. */
  onerror?: ((error: SystemError) => void) | null | undefined;
  /** Descends into links to directories, but not back into one that it is in. Default false. */
  followlinks?: boolean | undefined;
}

/** A directory's path, the names of the directories in it (links to directories among them), and all other names. */
export type WalkEntry<Name extends string | Buffer = string> = [dir: Name, dirs: Name[], files: Name[]];

/**
 * Walks a tree. From the top down, what is taken out of `dirs` before the next step is not visited, and what is put in
 * is, in that order. It reads ahead, a directory at first and more as it goes on, so that changes on the disk may be
 * seen or not; directories that vanish are errors for `onerror`.
 * @throws from its steps: TypeError for bad arguments, what `onerror` throws, AbortError, TimeoutError
 * @example
 * for await (const [dir, dirs, files] of os.walk('src')) {
 *   dirs.splice(0, dirs.length, ...dirs.filter((name) => name !== 'node_modules'));
 *   console.log(dir, files.length);
 * }
 */
export function walk(
  top: Path,
  o: WalkOptions & { encoding: 'buffer' },
): AsyncGenerator<WalkEntry<Buffer>, void, undefined>;
export function walk(top: Path, o?: WalkOptions): AsyncGenerator<WalkEntry, void, undefined>;
export async function* walk(
  top: Path,
  o: WalkOptions = {},
): AsyncGenerator<WalkEntry<string | Buffer>, void, undefined> {
  const { topdown = true, onerror, followlinks = false } = o;
  const asBytes = wantsBytes(o.encoding);
  const tree = new TreeWalk(treeToRead(top, 'top'), { ...o, bottomUp: !topdown, followLinks: followlinks });
  try {
    for (;;) {
      const step = tree.atHand ? tree.take() : await tree.next();
      if (step === undefined) return;
      if (step.error !== undefined) {
        onerror?.(step.error);
        continue;
      }
      const entry = asBytes ? bytesOf(step) : textOf(step);
      yield entry;
      if (topdown) applyChanges(tree, step, entry, asBytes);
    }
  } finally {
    tree.close();
  }
}

function textOf({ shownPath, shown, at, directories, links, others }: TreeStep): WalkEntry {
  const files = at + directories + links;
  return [shownPath, shown.slice(at, files), shown.slice(files, files + others)];
}

const fromRaw = (name: string): Buffer => Buffer.from(name, 'latin1');

function bytesOf({ path, raw, at, directories, links, others }: TreeStep): WalkEntry<Buffer> {
  const files = at + directories + links;
  return [fromRaw(path), raw.slice(at, files).map(fromRaw), raw.slice(files, files + others).map(fromRaw)];
}

/** What the consumer has made of `dirs` is what is visited. */
function applyChanges(
  tree: TreeWalk,
  step: TreeStep,
  [, dirs]: WalkEntry<string | Buffer>,
  asBytes: boolean,
): void {
  const { at, raw, shown } = step;
  const count = step.directories + step.links;
  if (
    dirs.length === count &&
    dirs.every((name, i) => isSameName(name, asBytes ? raw[at + i]! : shown[at + i]!, asBytes))
  )
    return;
  const known = new Map<string, string>();
  for (let i = at; i < at + count; i++) known.set(shown[i]!, raw[i]!);
  tree.descendTo(dirs.map((name) => rawOf(name, known)));
}

function isSameName(name: string | Buffer, before: string, asBytes: boolean): boolean {
  return asBytes ? Buffer.isBuffer(name) && name.toString('latin1') === before : name === before;
}

function rawOf(name: string | Buffer, known: ReadonlyMap<string, string>): string {
  if (typeof name !== 'string') return Buffer.from(name).toString('latin1');
  return known.get(name) ?? Buffer.from(name).toString('latin1');
}
