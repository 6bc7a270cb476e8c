// walk: a tree, directory by directory, as Python's os.walk.
import type { Stats } from 'node:fs';

import { type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import { callback, flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { invalidArgValue, type SystemError } from '../errors/index.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { unlessEnded } from '../schedule/watch-call.js';
import { storeOfTreeToRead } from '../filesystem/mounts.js';
import { LINK_ITSELF, type TreeStep, type TreeWalker } from '../filesystem/store.js';
import { statAll } from '../whole-file/many.js';

/** Options of `walk`. */
export interface WalkOptions extends OpOptions, EncodingOptions {
  /** True yields a directory before its subdirectories, false after them. Default true. */
  topDown?: boolean | undefined;
  /**
   * Called with the error of a directory that cannot be listed, and awaited. If it throws, the walk ends. Default: the directory is
   * skipped.
   */
  onError?: ((error: SystemError) => unknown) | null | undefined;
  /** Follows links to directories, but not back to a directory above. Default false. */
  followSymlinks?: boolean | undefined;
  /** Adds the status of every entry; for links, that of the link itself. Default false. */
  stat?: boolean | undefined;
}

/** A directory's path, the names of the directories in it (links to directories among them), and all other names. */
export type WalkEntry<Name extends string | Buffer = string> = [dir: Name, dirs: Name[], files: Name[]];

/**
 * The same with `stat: true`: the last element has, for each name of `dirs` and `files`, its Stats. With Buffers, the
 * key is the same Buffer. Entries that were removed after the listing, or whose status the system does not return, are
 * missing.
 */
export type WalkStatEntry<Name extends string | Buffer = string> = [
  ...entry: WalkEntry<Name>,
  stats: Map<Name, Stats>,
];

type AnyEntry = WalkEntry<string | Buffer> | WalkStatEntry<string | Buffer>;

const onErrorIn = callback<(error: SystemError) => unknown>();
const readWalkOptions = optionReader({
  topDown: flag(true),
  onError: (value, name) => onErrorIn(value ?? undefined, name),
  followSymlinks: flag(false),
  stat: flag(false),
  encoding: wantsBytes,
});

/**
 * Walks a directory tree. In a top-down walk, `dirs` determines which directories are visited next: the loop can remove
 * names, add names, and change their order. The walk reads ahead, so it may or may not see changes that are made during the
 * walk. If a directory no longer exists, `onError` receives the error.
 * @param o `timeout` is for the whole walk
 * @returns an async iterator of `[dir, dirs, files]`; with `stat: true` also a Map of Stats
 * @throws from its steps: TypeError for bad arguments, what `onError` throws, AbortError, TimeoutError
 * @cancelling ends at the next step. `break` and `return()` also end it
 * @platforms the same on Linux, macOS and Windows
 * @example
 * for await (const [dir, dirs, files] of os.walk('src')) {
 *   dirs.splice(0, dirs.length, ...dirs.filter((name) => name !== 'node_modules'));
 *   console.log(dir, files.length);
 * }
 * @example
 * let bytes = 0;
 * for await (const [, , files, stats] of os.walk('src', { stat: true }))
 *   for (const name of files) bytes += stats.get(name)?.size ?? 0;
 * @see https://docs.python.org/3/library/os.html#os.walk
 */
export function walk(
  top: Path,
  o: WalkOptions & { encoding: 'buffer'; stat: true },
): AsyncGenerator<WalkStatEntry<Buffer>, void, undefined>;
export function walk(
  top: Path,
  o: WalkOptions & { encoding: 'buffer' },
): AsyncGenerator<WalkEntry<Buffer>, void, undefined>;
export function walk(
  top: Path,
  o: WalkOptions & { stat: true },
): AsyncGenerator<WalkStatEntry, void, undefined>;
export function walk(top: Path, o?: WalkOptions): AsyncGenerator<WalkEntry, void, undefined>;
export async function* walk(top: Path, o?: WalkOptions): AsyncGenerator<AnyEntry, void, undefined> {
  const { topDown, onError, followSymlinks, stat, encoding: asBytes, call } = readWalkOptions(o);
  const path = toPathBytes(top, 'top');
  const how = { bottomUp: !topDown, followLinks: followSymlinks, noHidden: false, depth: -1 };
  const tree = storeOfTreeToRead(path).walk(path, how, call);
  try {
    for (;;) {
      const step = tree.atHand ? tree.take() : await tree.next();
      if (step === undefined) return;
      if (step.error !== undefined) {
        await unlessEnded(onError?.(step.error as SystemError), call);
        continue;
      }
      const entry = asBytes ? bytesOf(step) : textOf(step);
      const given: AnyEntry = stat ? [...entry, await statsOf(step, entry, call)] : entry;
      yield given;
      if (topDown) applyChanges(tree, step, given[1], asBytes);
    }
  } finally {
    tree.close();
  }
}

/** The status of each entry of a step, by its name in the step. */
async function statsOf(
  step: TreeStep,
  [, dirs, files]: WalkEntry<string | Buffer>,
  call: Call | undefined,
): Promise<Map<string | Buffer, Stats>> {
  const { path, raw, at } = step;
  const above = path.endsWith('/') ? path : `${path}/`;
  const names = [...dirs, ...files];
  // In a batch that is ASCII, raw names are the names.
  const isText = raw === step.shown;
  const paths = names.map((_, i) => {
    const below = above + raw[at + i]!;
    return isText ? below : Buffer.from(below, 'latin1');
  });
  const found = await statAll(paths, LINK_ITSELF, call);
  const stats = new Map<string | Buffer, Stats>();
  for (const [i, name] of names.entries()) {
    const each = found[i]!;
    if (!(each instanceof Error)) stats.set(name, each as Stats);
  }
  return stats;
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

/** Visits the names that the consumer left in `dirs`. */
function applyChanges(
  tree: TreeWalker,
  step: TreeStep,
  dirs: readonly (string | Buffer)[],
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
    // Several names that are not UTF-8 can look the same. The first of them in `dirs` is the first in the listing.
    for (let i = at + count - 1; i >= at; i--) {
      const alike = known.get(shown[i]!);
      if (alike === undefined) known.set(shown[i]!, [raw[i]!]);
      else alike.push(raw[i]!);
    }
  }
  const names = dirs.map((name) => rawOf(name, known));
  for (const name of names) {
    // It may be outside the top, so the permission is checked again.
    if (name === '..' || name.includes('/')) storeOfTreeToRead(Buffer.from(`${step.path}/${name}`, 'latin1'));
  }
  tree.descendTo(names);
}

function isSameName(name: string | Buffer, before: string, asBytes: boolean): boolean {
  return asBytes ? Buffer.isBuffer(name) && name.toString('latin1') === before : name === before;
}

function rawOf(name: string | Buffer, known: ReadonlyMap<string, string[]>): string {
  const raw =
    (typeof name === 'string' ? known.get(name)?.pop() : undefined) ?? Buffer.from(name).toString('latin1');
  if (raw.includes('\0')) throw invalidArgValue('dirs', name, 'must contain names without null bytes');
  return raw;
}
