// Patterns are checked, their braces are expanded, and they are split into names.
import { parse, sep } from 'node:path';

import { invalidArgType, invalidArgValue } from '../../errors/index.js';
import { SCHEME } from '../../filesystem/mounted-path.js';
import { expandBraces, MOST_EXPANSIONS, TooManyExpansions } from './braces.js';
import { compileName, type NameMatcher } from './name-matcher.js';
import type { NameOptions } from './name-program.js';
import { splitPattern } from './name-syntax.js';

/** `**`: any number of directories. */
export const GLOBSTAR = '**';

/** One name of a pattern. */
export interface Part {
  readonly text: string;
  readonly matcher: NameMatcher;
}

/** A name without wildcards. */
export function literalPart(name: string): Part {
  return { text: '', matcher: { literal: name, mayBeHidden: true, fits: (other) => other === name } };
}

/** A pattern without braces. */
export interface Pattern {
  /** The names before the first wildcard, joined and without escapes. Ends with a slash if it is a root. */
  readonly base: string;
  /** The names below `base`; empty if the pattern is a path. */
  readonly rest: readonly (Part | typeof GLOBSTAR)[];
  /** Only directories match: the pattern ends in a slash. */
  readonly directoriesOnly: boolean;
}

const isWindows = sep === '\\';
const LONGEST_PATTERN = 65_536;
const LONGEST_NAME = 4096;
const MOST_GROUPS = 100;
const GROUP = /[?*+@!]\(/g;

/**
 * The patterns that `given` expands to, each once.
 * @param given a string or an array of strings
 * @param argument its name, for errors
 * @param allowed what it may be, for errors
 * @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE
 */
export function parsePatterns(
  given: unknown,
  argument: string,
  o: NameOptions,
  allowed = 'of type string or an array of strings',
): Pattern[] {
  const expanded = new Set<string>();
  for (const text of Array.isArray(given) ? (given as unknown[]) : [given]) {
    for (const each of expand(text, argument, allowed)) expanded.add(each);
  }
  // Patterns from the same braces have most of their names in common.
  const compiled = new Map<string, NameMatcher>();
  return [...expanded].map((text) => parsePattern(text, argument, o, compiled));
}

function expand(text: unknown, argument: string, allowed: string): string[] {
  if (typeof text !== 'string') throw invalidArgType(argument, allowed, text);
  if (text.includes('\0')) throw invalidArgValue(argument, text, 'must be a string without null bytes');
  if (text.length > LONGEST_PATTERN)
    throw invalidArgValue(argument, text, `must not have more than ${LONGEST_PATTERN} characters`);
  try {
    return expandBraces(isWindows ? text.replaceAll('\\', '/') : text);
  } catch (error) {
    if (!(error instanceof TooManyExpansions)) throw error;
    throw invalidArgValue(argument, text, `must not expand to more than ${MOST_EXPANSIONS} patterns`);
  }
}

function parsePattern(
  pattern: string,
  argument: string,
  o: NameOptions,
  compiled: Map<string, NameMatcher>,
): Pattern {
  // Neither a drive or a share (`C:/`, `//server/share/`) nor the beginning of a URL (`s3://`) is a name.
  const root =
    SCHEME.exec(pattern)?.[0] ?? (isWindows ? parse(pattern).root : pattern.startsWith('/') ? '/' : '');
  const parts = splitPattern(pattern.slice(root.length));
  const base: string[] = [];
  const rest: (Part | typeof GLOBSTAR)[] = [];
  for (const text of parts) {
    if (text === GLOBSTAR) {
      if (rest.at(-1) !== GLOBSTAR) rest.push(GLOBSTAR);
    } else if (text !== '') {
      if ((text.match(GROUP)?.length ?? 0) > MOST_GROUPS)
        throw invalidArgValue(argument, text, `must not contain a name with more than ${MOST_GROUPS} groups`);
      if (text.length > LONGEST_NAME)
        throw invalidArgValue(
          argument,
          text,
          `must not contain a name of more than ${LONGEST_NAME} characters`,
        );
      let matcher = compiled.get(text);
      if (matcher === undefined) compiled.set(text, (matcher = compileName(text, o)));
      if (rest.length === 0 && matcher.literal !== undefined) base.push(matcher.literal);
      else rest.push({ text, matcher });
    }
  }
  const directoriesOnly = parts.length > 1 && parts.at(-1) === '';
  return { base: root + base.join('/'), rest, directoriesOnly };
}
