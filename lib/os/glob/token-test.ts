// Whether one character matches one token of a pattern.
import { fitsInAnyCase, folded } from './letters.js';
import type { Token } from './name-syntax.js';

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
