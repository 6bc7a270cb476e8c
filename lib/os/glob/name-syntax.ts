// The syntax of one name of a pattern: `*`, `?`, brackets, escapes, and ksh's groups such as `!(a|b)`.
import { parseBracket } from './bracket.js';
import { fitsInAnyCase, folded, unitsOf } from './letters.js';

/** One token of a name's pattern. */
export type Token =
  | { kind: 'character'; code: number }
  | { kind: 'any' }
  | { kind: 'star' }
  | { kind: 'bracket'; fits: (code: number) => boolean; negated: boolean }
  | { kind: 'group'; operator: '?' | '*' | '+' | '@' | '!'; alternatives: Token[][] };

/** The tokens of `part`, which has no separator outside of its groups. Unclosed brackets and groups match literally. */
export function parseName(part: string): Token[] {
  return new NameParser(part).sequence(0, part.length).tokens;
}

/** Splits a pattern into names at its slashes, except for those in groups. */
export function splitPattern(pattern: string): string[] {
  const closings = groupClosings(pattern);
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '/') {
      parts.push(pattern.slice(begin, at).replace(ESCAPED_SLASH, '$1$2'));
      begin = at + 1;
    } else if (isGroup(pattern, at) && closings[at + 1]! > 0) at = closings[at + 1]!;
    else if (pattern[at] === '\\' && pattern[at + 1] !== '/') at++;
  }
  parts.push(pattern.slice(begin));
  return parts;
}

// An escaped slash is a slash. It leaves an odd number of backslashes at the end of a name.
const ESCAPED_SLASH = /(^|[^\\])((?:\\\\)*)\\$/;

const isGroup = (text: string, at: number): boolean => text[at + 1] === '(' && '?*+@!'.includes(text[at]!);

/**
 * For each `(`, the index of its `)`, or 0. Parentheses nest, regardless of the character before them. Brackets within
 * them hide their content. An unclosed bracket leaves the groups around it unclosed.
 */
function groupClosings(text: string): Int32Array {
  const closings = new Int32Array(text.length);
  const open: number[] = [];
  let brackets = true;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '(') open.push(at);
    else if (character === ')') {
      const begin = open.pop();
      if (begin !== undefined) closings[begin] = at;
    } else if (character === '[' && open.length > 0) {
      const bracket = brackets ? parseBracket(text, at) : undefined;
      if (bracket !== undefined) at = bracket.end - 1;
      else {
        // What is not closed here is not closed further on either.
        brackets = false;
        open.length = 0;
      }
    }
  }
  return closings;
}

class NameParser {
  readonly #text: string;
  readonly #closings: Int32Array;
  #brackets = true;

  constructor(text: string) {
    this.#text = text;
    this.#closings = groupClosings(text);
  }

  /** The tokens up to `end`, or up to a `|` where `inGroup`. */
  sequence(begin: number, end: number, inGroup = false): { tokens: Token[]; end: number } {
    const text = this.#text;
    const tokens: Token[] = [];
    let depth = 0;
    let at = begin;
    while (at < end) {
      const character = text[at]!;
      if (character === '|' && inGroup && depth === 0) break;
      const closing = isGroup(text, at) ? this.#closings[at + 1]! : 0;
      if (closing > 0) {
        tokens.push(this.#group(at, closing));
        at = closing + 1;
        continue;
      }
      const bracket = character === '[' ? this.#bracket(at) : undefined;
      if (bracket !== undefined) {
        tokens.push({ kind: 'bracket', fits: bracket.fits, negated: bracket.negated });
        at = bracket.end;
        continue;
      }
      if (character === '(') depth++;
      else if (character === ')') depth--;
      at += character === '\\' && at + 1 < end ? 1 : 0;
      const code = text.codePointAt(at)!;
      if (character === '*') {
        if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
      } else tokens.push(character === '?' ? { kind: 'any' } : { kind: 'character', code });
      at += unitsOf(code);
    }
    return { tokens, end: at };
  }

  #group(at: number, closing: number): Token {
    const alternatives: Token[][] = [];
    for (let from = at + 2; from <= closing;) {
      const { tokens, end } = this.sequence(from, closing, true);
      alternatives.push(tokens);
      from = end + 1;
    }
    return { kind: 'group', operator: this.#text[at] as '?', alternatives };
  }

  #bracket(at: number): ReturnType<typeof parseBracket> {
    const bracket = this.#brackets ? parseBracket(this.#text, at) : undefined;
    // What is not closed here is not closed further on either.
    this.#brackets &&= bracket !== undefined;
    return bracket;
  }
}

/** Whether a character matches a token that stands for one character. */
export function testOf(token: Token, noCase: boolean): (code: number) => boolean {
  if (token.kind === 'character') {
    const { code } = token;
    if (!noCase) return (other) => other === code;
    const same = folded(code);
    return (other) => folded(other) === same;
  }
  if (token.kind === 'bracket') {
    const { fits, negated } = token;
    return noCase ? (code) => fitsInAnyCase(fits, code) !== negated : (code) => fits(code) !== negated;
  }
  return () => true;
}
