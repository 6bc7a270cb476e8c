// Random trees and random glob patterns from a seed, for comparisons with other programs.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A generator of numbers below 1 that repeats itself for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  some(least: number, most: number, make: () => string, between = ''): string {
    return Array.from({ length: least + this.below(most - least + 1) }, make).join(between);
  }
}

const NAMES = [
  ...[
    'a',
    'b',
    'c',
    'ab',
    'ba',
    'abc',
    'aab',
    'cab',
    'a.b',
    'b.a',
    'c.',
    'A',
    'Ab',
    'é',
    'aé',
    '1',
    '2',
    '01',
    '10',
    '12',
  ],
  ...[
    '.a',
    '.b',
    '.ab',
    '.a.b',
    '..a',
    '...',
    '.1',
    '-',
    'a-b',
    '!a',
    '^a',
    'a!',
    'a b',
    '\na',
    'a\n',
    '\n',
    '.\na',
  ],
  ...[
    '[',
    '[a]',
    'a[b',
    'a]',
    ']',
    '(',
    'a(b)',
    'a(b',
    '{a}',
    'a{b',
    '{',
    '*',
    'a*',
    '?',
    '\\',
    'a\\b',
    '@',
    '+',
    'a,b',
    '|',
  ],
];

/** Makes a tree of files and directories in `top`. */
export function makeRandomTree(top: string, random: Random, depth = 0): void {
  const used = new Set<string>();
  const count = 3 + random.below(depth === 0 ? 16 : 6);
  for (let i = 0; i < count; i++) {
    const name = random.chance(0.6) ? random.of(NAMES.slice(0, 28)) : random.of(NAMES);
    if (used.has(name)) continue;
    used.add(name);
    const full = path.join(top, name);
    if (depth < 3 && random.chance(0.5)) {
      mkdirSync(full);
      makeRandomTree(full, random, depth + 1);
    } else writeFileSync(full, '');
  }
}

/** Which syntax a pattern may have. */
export type Dialect =
  /** What bash reads as a word of a script: braces, escapes, groups that are closed. */
  | 'bash'
  /** What bash expands in a variable: neither braces nor escapes, but brackets and groups that are not closed. */
  | 'bash-variable'
  /** What Python's glob knows. */
  | 'python';

/**
 * What bash 5.2 does wrong, or POSIX does not define. Each was tried with `[[ name == pattern ]]`.
 */
const ODD_IN_BASH = [
  // `[[ b == *!(x)b?(c)d ]]`: a group behind a star is not looked at properly when the name has ended.
  /\*[*?]*[?*+@!]\(/,
  // `[[ a == +(b|)a ]]`: empty alternatives.
  /[(|][|)]/,
  // `**//a` does not find a, nor does what braces make of `**/{,b}/a`.
  /\*\*\/[/{]|\/\/\*\*/,
  // A dot in a group is seen as the first of a hidden name in some places only; the simple ones are in HIDDEN.
  /\([^/]*\.[^/]*\)/,
  // POSIX leaves ranges to and from a class open.
  /-\[:|:\]-/,
  // `[c@(a/b]` is taken for one bracket expression, with a slash in it.
  /\[[^\]/]*\([^)]*\//,
  // Braces that cut a bracket expression into two.
  /\[[^\]]*\{/,
];
/** `*(` without an end is taken for a star, or not, by what comes behind it. */
const hasOpenStar = (pattern: string): boolean =>
  pattern.split('/').some((name) => /[*?]\(/.test(name) && name.split('(').length !== name.split(')').length);
const HIDDEN = [
  '@(.a|b*)',
  '!(.a)',
  '!(.a|b)',
  '?(.)a',
  '*(.a|a)',
  '@(.a|.b)',
  '!(*.a)',
  '.!(a)',
  '+(.|a)*',
  '{.a,*}',
  '{*,.a*}',
];

/** A random pattern of a dialect. */
export function randomPattern(random: Random, dialect: Dialect): string {
  for (;;) {
    const pattern = anyPattern(random, dialect);
    if (!ODD_IN_BASH.some((odd) => odd.test(pattern)) && !hasOpenStar(pattern)) {
      if (dialect !== 'bash' || !random.chance(0.1)) return pattern;
      return `${random.of(['', '**/', '*/', 'a/'])}${random.of(HIDDEN)}${random.of(['', '/*', '/**', '/', '/.a'])}`;
    }
  }
}

function anyPattern(random: Random, dialect: Dialect): string {
  const parts = Array.from({ length: 1 + random.below(4) }, () => randomPart(random, dialect));
  let pattern = parts.join(random.chance(0.03) ? '//' : '/');
  if (random.chance(0.1)) pattern += '/';
  if (random.chance(0.04)) pattern = `./${pattern}`;
  const takesBraces = dialect === 'bash' && !pattern.includes('(') && random.chance(0.5);
  return takesBraces ? withBraces(random, pattern) : pattern;
}

function randomPart(random: Random, dialect: Dialect): string {
  const kind = random.next();
  if (kind < 0.18) return '**';
  if (kind < 0.28) return '*';
  if (kind < 0.33) return random.of(['.', '..']);
  if (kind < 0.4) return random.of(['a', 'b', '.a', 'ab', '.*', '.?*']);
  return random.some(1, 4, () => piece(random, dialect, 0));
}

function piece(random: Random, dialect: Dialect, depth: number): string {
  const kind = random.next();
  if (kind < 0.4) return random.of(['a', 'b', 'c', 'a', 'b', '.', '1', '-', 'é', 'A']);
  if (kind < 0.6) return random.of(['*', '*', '?', '**']);
  if (kind < 0.75) return bracket(random, dialect);
  if (dialect === 'python') return random.of(['a', ']', '[', '(', '{', '*', '!', '^', '@', '+']);
  if (kind < 0.9 && depth < 3) return group(random, dialect, depth);
  if (dialect === 'bash-variable')
    return random.of(['[', ']', '(', ')', '|', '@(', '!(', '*(a', '!', '^', '@', '+', '\n', ' ']);
  return (
    random.of(['\\', '\\']) +
    random.of(['*', '?', '[', ']', '(', ')', '{', '}', 'a', '.', '\\', '@', ',', '|', ' '])
  );
}

function bracket(random: Random, dialect: Dialect): string {
  const item = (): string => {
    const kind = random.next();
    if (kind < 0.5) return random.of(['a', 'b', 'c', '1', '.', 'A', 'é', '-', '!', '^', '*', '?']);
    if (kind < 0.8) return random.of(['a-c', 'a-b', '0-9', 'A-Z', 'c-a', '.-a', '--a']);
    if (dialect === 'python') return 'a';
    if (dialect === 'bash' && kind < 0.85) return random.of(['\\]', '\\a', '\\\\', '\\-']);
    return random.of(['[:alpha:]', '[:digit:]', '[:upper:]', '[:punct:]', '[:space:]']);
  };
  const negation = random.of(['', '', '!', dialect === 'python' ? '!' : '^']);
  const first = random.chance(0.1) ? ']' : '';
  let items = random.some(first === '' ? 1 : 0, 3, item);
  // Python takes this circumflex as it is.
  if (dialect === 'python' && negation === '' && first === '' && items.startsWith('^')) items = `a${items}`;
  return `[${negation}${first}${items}]`;
}

function group(random: Random, dialect: Dialect, depth: number): string {
  const alternative = (): string => random.some(1, 3, () => piece(random, dialect, depth + 1));
  return `${random.of(['?', '*', '+', '@', '!'])}(${random.some(1, 3, alternative, '|')})`;
}

function withBraces(random: Random, pattern: string): string {
  const at = random.below(pattern.length + 1);
  // An escape keeps the character behind it.
  if (pattern[at - 1] === '\\') return pattern;
  const insert = random.of([
    () =>
      `{${random.some(1, 3, () => random.of(['a', 'b', '', '*', '.a', 'a/b', '.', '?', '@(a|b)', '{a,b}', '{1..2}']), ',')}}`,
    () =>
      `{${random.of(['1..3', '01..12', '3..1', 'a..c', 'c..a', '0..10..5', '-1..1', '1..3..0', '1..', 'a..1', '..', 'aa..c'])}}`,
    () =>
      random.of(['{', '}', '{a', 'a}', '{}', '{,}', '{a}', '{{a,b}', '{a,b}}', '{a},b}', '{a,{b,c}', ',']),
  ])();
  return pattern.slice(0, at) + insert + pattern.slice(at);
}
