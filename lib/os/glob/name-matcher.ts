// Whether a name matches one name of a pattern. The time is polynomial in both for any pattern, because the matcher
// never tries a choice twice.
import { DOT, hasCase, unitsOf } from './letters.js';
import { type NameOptions, NameProgram } from './name-program.js';
import { parseName, testOf, type Token } from './name-syntax.js';

/** One name of a pattern, compiled. */
export interface NameMatcher {
  /** The only name that matches, if there is only one. */
  readonly literal: string | undefined;
  /** Whether a name that begins with a dot can match. */
  readonly mayBeHidden: boolean;
  readonly fits: (name: string) => boolean;
}

/** Compiles one name of a pattern. */
export function compileName(part: string, o: NameOptions): NameMatcher {
  const tokens = parseName(part);
  const literal = textOf(tokens);
  if (literal !== undefined && !(o.noCase && hasCase(literal))) {
    return { literal, mayBeHidden: literal.startsWith('.'), fits: (name) => name === literal };
  }
  if (tokens.some(({ kind }) => kind === 'group')) {
    const program = new NameProgram(tokens, o);
    return { literal: undefined, mayBeHidden: program.mayBeHidden, fits: (name) => program.fits(name) };
  }
  const first = tokens[0];
  const mayBeHidden = o.dot || (first?.kind === 'character' && first.code === DOT);
  const fits = (o.noCase ? undefined : aroundOneStar(tokens)) ?? alongStars(tokens, o.noCase);
  return {
    literal: undefined,
    mayBeHidden,
    fits: mayBeHidden ? fits : (name) => name.charCodeAt(0) !== DOT && fits(name),
  };
}

/** The text, if all tokens are characters. */
function textOf(tokens: readonly Token[]): string | undefined {
  let text = '';
  for (const token of tokens) {
    if (token.kind !== 'character') return undefined;
    text += String.fromCodePoint(token.code);
  }
  return text;
}

/** For the most common patterns, such as `*.ts`. */
function aroundOneStar(tokens: readonly Token[]): ((name: string) => boolean) | undefined {
  const star = tokens.findIndex(({ kind }) => kind === 'star');
  const before = textOf(tokens.slice(0, star));
  const after = textOf(tokens.slice(star + 1));
  if (star < 0 || before === undefined || after === undefined) return undefined;
  const shortest = before.length + after.length;
  return (name) => name.length >= shortest && name.startsWith(before) && name.endsWith(after);
}

/**
 * Only the last star that was passed may have to match one more character. The tokens before it have already found
 * their places.
 */
function alongStars(tokens: readonly Token[], noCase: boolean): (name: string) => boolean {
  const tests = tokens.map((token) => (token.kind === 'star' ? undefined : testOf(token, noCase)));
  return (name) => {
    let token = 0;
    let at = 0;
    let star = -1;
    let resumeAt = 0;
    while (at < name.length) {
      const code = name.codePointAt(at)!;
      const test = tests[token];
      if (token < tests.length && test === undefined) {
        star = token++;
        resumeAt = at;
      } else if (test?.(code) === true) {
        token++;
        at += unitsOf(code);
      } else if (star >= 0) {
        token = star + 1;
        resumeAt += unitsOf(name.codePointAt(resumeAt)!);
        at = resumeAt;
      } else return false;
    }
    while (token < tests.length && tests[token] === undefined) token++;
    return token === tests.length;
  };
}
