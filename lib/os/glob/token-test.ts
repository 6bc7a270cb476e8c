// Whether one character fits what stands for one in a pattern.
import { fitsInAnyCase, folded } from './letters.js';
import type { Token } from './name-syntax.js';

/** Whether a character fits a token that stands for one. */
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
