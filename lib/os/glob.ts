// glob: the paths that match a pattern.
import { isAbsolute, sep } from 'node:path';

import { type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import { flag, optionReader, unchecked } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { SCHEME } from '../filesystem/mounted-path.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { OpOptions } from '../schedule/options.js';
import { isDirectory, lexists, stat, whether } from './lookups.js';
import { Exclusion } from './glob/exclusion.js';
import { parsePatterns, type Pattern } from './glob/pattern.js';
import { PatternNode } from './glob/pattern-tree.js';
import { GlobSearch, type Place, type SearchOptions } from './glob/search.js';

const isWindows = sep === '\\';

/** Options of `glob`. */
export interface GlobOptions extends OpOptions, EncodingOptions {
  /** The directory that patterns and results are relative to. Default: the working directory. */
  cwd?: Path | undefined;
  /** Whether `*`, `?`, brackets and `**` match a dot at the beginning of a name. Default false. */
  dot?: boolean | undefined;
  /** Whether case is ignored in all names of the pattern. Default false. */
  noCase?: boolean | undefined;
  /** Whether `**` follows links to directories. Default false. Names and `*` always follow them. */
  followSymlinks?: boolean | undefined;
  /**
   * What to omit, with everything in it: patterns, in which wildcards match hidden names, too, or a function that is
   * called with each path and returns true to omit it. Excluded directories are not read.
   */
  exclude?: string | readonly string[] | ((path: string) => boolean) | undefined;
}

const readGlobOptions = optionReader({
  cwd: (value, name) => (value === undefined || value === '' ? '.' : toPathBytes(value, name)),
  dot: flag(false),
  noCase: flag(false),
  followSymlinks: flag(false),
  encoding: wantsBytes,
  exclude: unchecked,
});

/**
 * Finds the files, directories and links that match a pattern, in the order of the walk. The syntax is that of bash, with
 * globstar and extglob: `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]`, `{a,b}`, `{1..9}`, `+(a|b)`, `!(a|b)`, and `**` for any
 * number of directories. Reads only directories that can contain a match, and skips directories that it cannot read. On
 * Windows, a backslash separates names in patterns and results. On other systems, it escapes the next character.
 * @param pattern a pattern, or an array of patterns; one with a slash at its end matches directories only
 * @returns paths relative to `cwd` (absolute for an absolute pattern), each once
 * @throws from its steps: TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE (also for a pattern that expands to more than 10,000
 *   others), AbortError, TimeoutError, what `exclude` throws
 * @cancelling ends at the next step. `break` and `return()` also end it
 * @platforms a backslash separates names on Windows, and escapes elsewhere
 * @example for await (const path of os.glob('src/*.ts', { exclude: '*.test.ts' })) console.log(path);
 * @see https://www.gnu.org/software/bash/manual/html_node/Pattern-Matching.html
 */
export function glob(
  pattern: string | readonly string[],
  o: GlobOptions & { encoding: 'buffer' },
): AsyncGenerator<Buffer, void, undefined>;
export function glob(
  pattern: string | readonly string[],
  o?: GlobOptions,
): AsyncGenerator<string, void, undefined>;
export async function* glob(
  pattern: string | readonly string[],
  o?: GlobOptions,
): AsyncGenerator<string | Buffer, void, undefined> {
  const { cwd, dot, noCase, followSymlinks, encoding: raw, exclude, call } = readGlobOptions(o);
  const patterns = parsePatterns(pattern, 'pattern', { dot, noCase });
  const exclusion = exclusionOf(exclude, cwd, noCase);
  const search: SearchOptions = { dot, followSymlinks, raw, call, exclusion };
  const seen = new Set<string>();
  const jobs = jobsOf(patterns);
  for (const job of jobs) {
    for await (const path of resultsOf(job, cwd, search)) {
      if (jobs.length > 1) {
        if (seen.has(path)) continue;
        seen.add(path);
      }
      if (raw) yield Buffer.from(path, 'latin1');
      else yield isWindows ? path.replaceAll('/', sep) : path;
    }
  }
}

function exclusionOf(exclude: unknown, cwd: string | Uint8Array, noCase: boolean): Exclusion | undefined {
  if (exclude === undefined) return undefined;
  const isFilter = typeof exclude === 'function';
  const allowed = 'of type string or function or an array of strings';
  const patterns = isFilter ? [] : parsePatterns(exclude, 'options.exclude', { dot: true, noCase }, allowed);
  const filter = isFilter ? (exclude as (path: string) => boolean) : undefined;
  return new Exclusion(Buffer.from(cwd).toString(), patterns, filter);
}

/** A path to check, or all patterns with one base. */
type Job = Pattern | { base: string; tree: PatternNode };

function jobsOf(patterns: readonly Pattern[]): Job[] {
  const jobs: Job[] = [];
  const trees = new Map<string, PatternNode>();
  for (const pattern of patterns) {
    const { base, rest } = pattern;
    if (rest.length === 0) {
      if (base !== '') jobs.push(pattern);
      continue;
    }
    let tree = trees.get(base);
    if (tree === undefined) {
      trees.set(base, (tree = new PatternNode()));
      jobs.push({ base, tree });
    }
    tree.add(pattern);
  }
  return jobs;
}

async function* resultsOf(
  job: Job,
  cwd: string | Uint8Array,
  o: SearchOptions,
): AsyncGenerator<string, void, undefined> {
  throwIfAborted(o.call?.signal);
  const top = below(cwd, job.base);
  const shown = o.raw ? Buffer.from(job.base).toString('latin1') : job.base;
  if (!('tree' in job)) {
    if (await isFound(job, top, o)) yield job.directoriesOnly && !shown.endsWith('/') ? `${shown}/` : shown;
    return;
  }
  const places: Place[] = [{ top, shown, state: job.tree.state, isReported: false }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    yield* new GlobSearch(place, places, o).results();
  }
}

async function isFound(
  { base, directoriesOnly }: Pattern,
  top: string | Uint8Array,
  { call, exclusion }: SearchOptions,
): Promise<boolean> {
  if (!(directoriesOnly ? await whether(stat(top, call), isDirectory) : await lexists(top, call)))
    return false;
  if (exclusion === undefined) return true;
  return !exclusion.excludes(base, directoriesOnly || (await whether(stat(top, call), isDirectory)));
}

/** `base` below `cwd`. The path is not normalised, because `..` after a link is relative to the target of the link. */
function below(cwd: string | Uint8Array, base: string): string | Uint8Array {
  if (base === '') return cwd;
  if (isAbsolute(base) || SCHEME.test(base)) return base;
  return typeof cwd === 'string' ? `${cwd}/${base}` : Buffer.concat([cwd, Buffer.from(`/${base}`)]);
}
