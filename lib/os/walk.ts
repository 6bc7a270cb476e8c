// walk: a tree, directory by directory, as Python's os.walk.
import { treeToRead } from '../arguments/checked-path.js';
import { type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import type { Path } from '../arguments/path.js';
import { invalidArgValue, type SystemError } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { type TreeStep, TreeWalk } from './tree-walk.js';

/** Options of `walk`. */
export interface WalkOptions extends OpOptions, EncodingOptions {
  /** True gives a directory before those in it, false after them. Default true. */
  topDown?: boolean | undefined;
  /** Called with the error of a directory that cannot be listed; what it throws ends the walk. Default: passed over. */
  onError?: ((error: SystemError) => void) | null | undefined;
  /** Descends into links to directories, but not back into one that it is in. Default false. */
  followSymlinks?: boolean | undefined;
}

/** A directory's path, the names of the directories in it (links to directories among them), and all other names. */
export type WalkEntry<Name extends string | Buffer = string> = [dir: Name, dirs: Name[], files: Name[]];

/**
 * Walks a tree. From the top down, what is taken out of `dirs` before the next step is not visited, and what is put in
 * is, in that order. It reads ahead, a directory at first and more as it goes on, so that changes on the disk may be
 * seen or not; directories that vanish are errors for `onError`.
 * @throws from its steps: TypeError for bad arguments, what `onError` throws, AbortError, TimeoutError
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
  const { topDown = true, onError, followSymlinks = false } = o;
  const asBytes = wantsBytes(o.encoding);
  const tree = new TreeWalk(treeToRead(top, 'top'), {
    ...o,
    bottomUp: !topDown,
    followLinks: followSymlinks,
  });
  try {
    for (;;) {
      const step = tree.atHand ? tree.take() : await tree.next();
      if (step === undefined) return;
      if (step.error !== undefined) {
        onError?.(step.error);
        continue;
      }
      const entry = asBytes ? bytesOf(step) : textOf(step);
      yield entry;
      if (topDown) applyChanges(tree, step, entry, asBytes);
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
  const known = new Map<string, string[]>();
  if (!asBytes) {
    // Several names that are no UTF-8 may look the same: the first of them in `dirs` is the first of the listing.
    for (let i = at + count - 1; i >= at; i--) {
      const alike = known.get(shown[i]!);
      if (alike === undefined) known.set(shown[i]!, [raw[i]!]);
      else alike.push(raw[i]!);
    }
  }
  tree.descendTo(dirs.map((name) => rawOf(name, known)));
}

function isSameName(name: string | Buffer, before: string, asBytes: boolean): boolean {
  return asBytes ? Buffer.isBuffer(name) && name.toString('latin1') === before : name === before;
}

function rawOf(name: string | Buffer, known: ReadonlyMap<string, string[]>): string {
  const raw =
    (typeof name === 'string' ? known.get(name)?.pop() : undefined) ?? Buffer.from(name).toString('latin1');
  if (raw.includes('\0')) throw invalidArgValue('dirs', name, 'must hold names without null bytes');
  return raw;
}
