// A glob pattern as a small automaton over the names of a path: which names end a match, and which lead on to one.
//
// The syntax within a name is picomatch's. `**` as a whole name stands for any number of directories.
import { parse, sep } from 'node:path';

import picomatch from 'picomatch';

/** Where in the pattern a directory stands: numbers of its parts, each a way it may go on. */
export type State = readonly number[];

type Matcher = ((name: string) => boolean) | 'globstar';

const MAGIC = /[*?[\]{}()\\]/;
const OPENING = '({[';
const CLOSING = ')}]';

/** How names are compared. */
export interface PatternOptions {
  dot: boolean;
  nocase: boolean;
}

export class GlobPattern {
  /** Names before the first magic one, joined: where the walk begins. Ends in a slash where that is a root. */
  readonly base: string;
  /** Only directories match: the pattern ends in a slash. */
  readonly directoriesOnly: boolean;
  /** No part is left after `base`. */
  readonly isLiteral: boolean;
  /** Most names that a match has below `base`; -1 where there is no limit. */
  readonly depth: number;
  /** Whether a name that begins with a dot may be part of a match. */
  readonly mayBeHidden: boolean;
  /** Where `base` itself stands. */
  readonly start: State;
  readonly #matchers: Matcher[];
  readonly #dot: boolean;

  constructor(pattern: string, o: PatternOptions) {
    // A drive or a share is no name: `C:/`, `//server/share/`.
    const root = sep === '/' ? '' : parse(pattern).root;
    const parts = splitParts(pattern.slice(root.length)).filter(
      (part, i, all) => part !== '' || i === 0 || i === all.length - 1,
    );
    this.directoriesOnly = parts.length > 1 && parts[parts.length - 1] === '';
    if (this.directoriesOnly) parts.pop();
    let literals = 0;
    while (literals < parts.length && !MAGIC.test(parts[literals]!)) literals++;
    this.base = root + (parts[0] === '' && literals === 1 ? '/' : parts.slice(0, literals).join('/'));
    const rest = parts
      .slice(literals)
      .filter((part, i, all) => part !== '' && !(part === '**' && all[i - 1] === '**'));
    this.isLiteral = rest.length === 0;
    this.#dot = o.dot;
    this.#matchers = rest.map((part) =>
      part === '**' ? 'globstar' : picomatch(part, { ...o, nonegate: true }),
    );
    this.depth = rest.includes('**') ? -1 : rest.length;
    this.mayBeHidden = o.dot || rest.some((part) => /(^|[({,|!])\\?\./.test(part) || part.startsWith('['));
    this.start = this.#withoutWaiting([0]);
  }

  // `**` may stand for no directory at all.
  #withoutWaiting(parts: number[]): number[] {
    // What is added on the way is come to as well.
    for (const part of parts) {
      if (this.#matchers[part] === 'globstar' && !parts.includes(part + 1)) parts.push(part + 1);
    }
    return parts;
  }

  /** Where the entry `name` of a directory at `state` stands. */
  after(state: State, name: string): State {
    const next: number[] = [];
    for (const part of state) {
      const matcher = this.#matchers[part];
      if (matcher === undefined) continue;
      const to = matcher === 'globstar' ? part : part + 1;
      const fits = matcher === 'globstar' ? this.#dot || !name.startsWith('.') : matcher(name);
      if (fits && !next.includes(to)) next.push(to);
    }
    return this.#withoutWaiting(next);
  }

  /** The same for a link: `**` does not lead through it. */
  afterLink(state: State, name: string): State {
    const named: number[] = [];
    for (const part of state) {
      const matcher = this.#matchers[part];
      if (matcher !== undefined && matcher !== 'globstar' && matcher(name) && !named.includes(part + 1))
        named.push(part + 1);
    }
    return this.#withoutWaiting(named);
  }

  /** Whether the entry `name`, no directory, of a directory at `state` is a match; `name/**` is of directories only. */
  accepts(state: State, name: string): boolean {
    const last = this.#matchers.length - 1;
    if (!state.includes(last)) return false;
    const matcher = this.#matchers[last]!;
    return matcher === 'globstar' ? this.#dot || !name.startsWith('.') : matcher(name);
  }

  /** Whether what stands at `state` is a match. */
  matches(state: State): boolean {
    return state.includes(this.#matchers.length);
  }

  /** Whether there may be matches in a directory at `state`. */
  leadsOn(state: State): boolean {
    return state.some((part) => part < this.#matchers.length);
  }
}

/** Cuts at the slashes that are not within brackets. */
function splitParts(pattern: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '\\') i++;
    else if (OPENING.includes(character)) depth++;
    else if (CLOSING.includes(character)) depth = Math.max(0, depth - 1);
    else if (character === '/' && depth === 0) {
      parts.push(pattern.slice(begin, i));
      begin = i + 1;
    }
  }
  parts.push(pattern.slice(begin));
  return parts;
}

/** Writes out the braces that hold a slash, which a name-by-name match cannot see: `{a,b/c}/d` is `a/d` and `b/c/d`. */
export function expandBraces(pattern: string): string[] {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '{') {
      const alternatives = alternativesAt(pattern, i);
      if (!alternatives?.texts.some((text) => text.includes('/'))) continue;
      const before = pattern.slice(0, i);
      const after = pattern.slice(alternatives.end);
      return [...new Set(alternatives.texts.flatMap((text) => expandBraces(before + text + after)))];
    }
  }
  return [pattern];
}

function alternativesAt(pattern: string, open: number): { texts: string[]; end: number } | undefined {
  const texts: string[] = [];
  let depth = 0;
  let begin = open + 1;
  for (let i = open; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '\\') i++;
    else if (character === '{') depth++;
    else if (character === ',' && depth === 1) {
      texts.push(pattern.slice(begin, i));
      begin = i + 1;
    } else if (character === '}' && --depth === 0) {
      texts.push(pattern.slice(begin, i));
      return texts.length > 1 ? { texts, end: i + 1 } : undefined;
    }
  }
  return undefined;
}
