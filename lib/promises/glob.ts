// glob: Node's own on real files, that of uvfiles if a pattern leads to a mounted file system.
import type { Dirent } from 'node:fs';
import { isAbsolute } from 'node:path';

import { parentOf } from '../filesystem/generic/directories.js';
import { absolute, baseName, joined, SCHEME } from '../filesystem/mounted-path.js';
import { isAnyMounted, realFiles, storeOf } from '../filesystem/mounts.js';
import { glob as globMounted } from '../os/glob.js';
import { parsePatterns } from '../os/glob/pattern.js';
import type { GivenOptions } from '../schedule/options.js';
import { pathOf, textOf } from './arguments.js';
import { direntOf, typeAt } from './directories.js';
import { undefinedWhereMissing } from './file-system-error.js';
import { node } from './node.js';

interface GlobOptions {
  cwd?: unknown;
  exclude?: unknown;
  withFileTypes?: unknown;
}

export function glob(call: GivenOptions, pattern: unknown, options: unknown): unknown {
  const { cwd = '.', exclude, withFileTypes } = (options ?? {}) as GlobOptions;
  const top = pathOf(cwd);
  const within = top === undefined ? undefined : textOf(top);
  if (within === undefined || !isMounted(pattern, within)) {
    const { glob: own } = node as unknown as { glob: (pattern: unknown, options: unknown) => unknown };
    return own(pattern, options);
  }
  if (withFileTypes === true) return entries(call, pattern as string, within, exclude);
  return globMounted(pattern as string, { ...call, cwd: within, exclude: exclude as never });
}

/** Whether `top`, or the beginning of a pattern, is on a mounted file system. */
function isMounted(pattern: unknown, top: string): boolean {
  if (storeOf(top) !== realFiles) return true;
  if (!isAnyMounted()) return false;
  const isReal = (base: string): boolean =>
    storeOf(isAbsolute(base) || SCHEME.test(base) ? base : joined(top, base)) === realFiles;
  try {
    return !parsePatterns(pattern, 'pattern', { dot: false, noCase: false }).every(({ base }) =>
      isReal(base),
    );
  } catch {
    return false; // Node reports it
  }
}

/** The matches as fs.Dirent. An `exclude` function is called for each of them, and for their parent directories. */
async function* entries(
  call: GivenOptions,
  pattern: string,
  top: string,
  exclude: unknown,
): AsyncGenerator<Dirent> {
  const filter = typeof exclude === 'function' ? (exclude as (entry: Dirent) => unknown) : undefined;
  const patterns = filter === undefined ? (exclude as string[] | undefined) : undefined;
  const known = new Map<string, Dirent | undefined>();
  const beginning = joined(absolute(top), '') as string;
  // A slash ends `/` and `s3://`.
  const isBelowTop = (path: string): boolean => path.length > beginning.length && path.startsWith(beginning);
  async function entryUnlessExcluded(path: string): Promise<Dirent | undefined> {
    if (filter === undefined) return entryAt(path, call);
    if (!known.has(path)) {
      const parent = parentOf(path);
      const isWanted = !isBelowTop(parent) || (await entryUnlessExcluded(parent)) !== undefined;
      const entry = isWanted ? await entryAt(path, call) : undefined;
      known.set(path, entry !== undefined && filter(entry) ? undefined : entry);
    }
    return known.get(path);
  }
  for await (const match of globMounted(pattern, { ...call, cwd: top, exclude: patterns })) {
    const path = isAbsolute(match) || SCHEME.test(match) ? match : (joined(top, match) as string);
    const entry = await entryUnlessExcluded(absolute(path).replace(/(?<=.)\/$/, ''));
    if (entry !== undefined) yield entry;
  }
}

/** Undefined if the entry has been removed meanwhile. */
async function entryAt(path: string, call: GivenOptions): Promise<Dirent | undefined> {
  const type = await typeAt(storeOf(path), path, call).catch(undefinedWhereMissing);
  return type === undefined ? undefined : direntOf({ name: baseName(path), type }, parentOf(path), 'utf8');
}
