// glob: the paths that fit a pattern.
import { isAbsolute, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { treeToRead } from '../arguments/checked-path.js';
import { AbortError, invalidArgType, invalidArgValue } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { isdir } from '../path/kind.js';
import { lexists } from './exists.js';
import { expandBraces, GlobPattern, type State } from './glob-pattern.js';
import { type TreeStep, TreeWalk } from './tree-walk.js';

const isWindows = sep === '\\';

/** Options of `glob`. */
export interface GlobOptions extends OpOptions {
  /** The directory that patterns count from, and results too. Default: the working directory. */
  cwd?: string | URL | undefined;
  /** Whether `*` and `**` match names that begin with a dot. Default false. */
  dot?: boolean | undefined;
  /** Whether upper and lower case are the same. Default false. */
  noCase?: boolean | undefined;
  /** Whether `**` leads through links to directories. Default false; names and `*` always do. */
  followSymlinks?: boolean | undefined;
}

/**
 * The paths that fit a pattern, in the order of the walk: files, directories and links. Syntax is picomatch's: `*`, `?`,
 * `[a-z]`, `{a,b}`, `+(a|b)`, and `**` for any number of directories. Only directories that may hold a match are read,
 * and names before the first special character are not looked for. What cannot be read is passed over. On Windows a
 * backslash separates names, in the pattern as in the results; `[(]` stands for a bracket that is none.
 * @param pattern with a slash at its end it fits directories only
 * @returns paths relative to `cwd` (absolute for an absolute pattern), each once
 * @throws from its steps: TypeError for bad arguments, AbortError, TimeoutError
 * @example for await (const path of os.glob('src/*.ts')) console.log(path);
 */
export async function* glob(pattern: string, o: GlobOptions = {}): AsyncGenerator<string, void, undefined> {
  if (typeof pattern !== 'string') throw invalidArgType('pattern', 'of type string', pattern);
  if (pattern.includes('\0'))
    throw invalidArgValue('pattern', pattern, 'must be a string without null bytes');
  const cwd = o.cwd instanceof URL ? fileURLToPath(o.cwd) : (o.cwd ?? '.');
  if (typeof cwd !== 'string')
    throw invalidArgType('options.cwd', 'of type string or an instance of URL', cwd);
  const patterns = expandBraces(isWindows ? pattern.replaceAll('\\', '/') : pattern).map(
    (text) => new GlobPattern(text, { dot: o.dot ?? false, nocase: o.noCase ?? false }),
  );
  if (patterns.length === 1 && !isWindows) {
    yield* search(patterns[0]!, cwd, o);
    return;
  }
  const seen = new Set<string>();
  for (const each of patterns) {
    for await (const path of search(each, cwd, o)) {
      if (!seen.has(path)) yield isWindows ? path.replaceAll('/', sep) : path;
      if (patterns.length > 1) seen.add(path);
    }
  }
}

async function* search(
  pattern: GlobPattern,
  cwd: string,
  o: GlobOptions,
): AsyncGenerator<string, void, undefined> {
  const { base } = pattern;
  if (o.signal?.aborted === true) throw new AbortError(o.signal.reason);
  const top = isAbsolute(base) ? base : base === '' ? cwd : resolve(cwd, base);
  if (pattern.isLiteral) {
    if (base === '') return;
    const found = pattern.directoriesOnly ? await isdir(top, o) : await lexists(top, o);
    if (found) yield pattern.directoriesOnly && !base.endsWith('/') ? `${base}/` : base;
    return;
  }
  yield* new GlobSearch(pattern, top, o).results();
}

class GlobSearch {
  readonly #pattern: GlobPattern;
  readonly #followLinks: boolean;
  readonly #tree: TreeWalk;
  // Where the directories that are still to come stand, by their raw paths below the top.
  readonly #states = new Map<string, State>();

  constructor(pattern: GlobPattern, top: string, o: GlobOptions) {
    this.#pattern = pattern;
    this.#followLinks = o.followSymlinks ?? false;
    this.#states.set('', pattern.start);
    this.#tree = new TreeWalk(treeToRead(top, 'options.cwd'), {
      signal: o.signal,
      timeout: o.timeout,
      lane: o.lane,
      followLinks: this.#followLinks,
      noHidden: !pattern.mayBeHidden,
      depth: pattern.depth < 0 ? -1 : pattern.depth - 1,
    });
  }

  async *results(): AsyncGenerator<string, void, undefined> {
    const tree = this.#tree;
    const { base } = this.#pattern;
    const above = base === '' || base.endsWith('/') ? base : `${base}/`;
    try {
      for (;;) {
        const step = tree.atHand ? tree.take() : await tree.next();
        if (step === undefined) return;
        const relative = tree.relative;
        const state = this.#states.get(relative);
        this.#states.delete(relative);
        if (step.error !== undefined || state === undefined) continue;
        // `base/**` fits base itself.
        if (relative === '' && above !== '' && this.#pattern.matches(state)) {
          yield this.#pattern.directoriesOnly ? above : base;
        }
        const shownRelative = relative === '' ? '' : `${Buffer.from(relative, 'latin1').toString()}/`;
        yield* this.#inDirectory(step, state, relative, above + shownRelative);
      }
    } finally {
      tree.close();
    }
  }

  /** The matches in one directory; says which of its directories to go on to. */
  #inDirectory(step: TreeStep, state: State, relative: string, prefix: string): string[] {
    const pattern = this.#pattern;
    const { raw, shown, at, directories, links, others } = step;
    const found: string[] = [];
    const level = relative === '' ? 0 : relative.split('/').length;
    const descends = pattern.depth < 0 || level < pattern.depth - 1;
    const onTo: string[] = [];
    let follow = '';
    for (let i = at; i < at + directories + links; i++) {
      const isLink = i >= at + directories;
      const name = shown[i]!;
      const next = pattern.after(state, name);
      if (pattern.matches(next)) found.push(prefix + name + (pattern.directoriesOnly ? '/' : ''));
      if (!descends) continue;
      const inside = isLink && !this.#followLinks ? pattern.afterLink(state, name) : next;
      if (!pattern.leadsOn(inside)) continue;
      onTo.push(raw[i]!);
      follow += isLink ? '1' : '0';
      this.#states.set(relative === '' ? raw[i]! : `${relative}/${raw[i]!}`, inside);
    }
    if (!pattern.directoriesOnly) {
      for (let i = at + directories + links; i < at + directories + links + others; i++) {
        if (pattern.accepts(state, shown[i]!)) found.push(prefix + shown[i]!);
      }
    }
    const goesByItself = this.#followLinks ? directories + links : directories;
    const asIs = onTo.length === goesByItself && (this.#followLinks || !follow.includes('1'));
    if (descends && !asIs) this.#tree.descendTo(onTo, follow);
    return found;
  }
}
