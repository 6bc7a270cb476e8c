// Brace expansion as bash does it, before anything else: `a{b,c}` is `ab` and `ac`, `{01..03}` is `01`, `02` and `03`.
//
// It is textual, so an alternative can contain slashes, other braces, and parts of other syntax. Both the number of
// results and the work are limited, because a short pattern can expand to more texts than fit into memory.

/** The maximum number of patterns that one pattern can expand to. */
export const MOST_EXPANSIONS = 10_000;
/** The maximum number of characters that one expansion reads and writes. */
const MOST_WORK = 10_000_000;
const MOST_NESTED = 200;

/** The error of a pattern that expands to too many others. */
export class TooManyExpansions extends Error {}

/** All texts that `pattern` expands to, in bash's order, each once. Throws TooManyExpansions. */
export function expandBraces(pattern: string): string[] {
  return pattern.includes('{') ? [...new Set(new Expansion().of(pattern))] : [pattern];
}

class Expansion {
  #work = 0;

  /** `depth`: the number of braces around `text`. */
  of(text: string, depth = 0): string[] {
    if (depth > MOST_NESTED) throw new TooManyExpansions();
    let texts = [''];
    let from = 0;
    for (;;) {
      const open = this.#nextOpening(text, from);
      if (open === undefined) return this.#joined(texts, [text.slice(from)]);
      const inside = text.slice(open.at + 1, open.end);
      const pieces = this.#pieces(inside);
      const middle =
        pieces.length > 1
          ? pieces.flatMap((piece) => this.of(piece, depth + 1))
          : (this.#sequence(inside) ?? [`{${inside}}`]);
      texts = this.#joined(this.#joined(texts, [text.slice(from, open.at)]), middle);
      from = open.end + 1;
    }
  }

  #joined(before: string[], after: string[]): string[] {
    if (after.length === 1 && after[0] === '') return before;
    if (before.length * after.length > MOST_EXPANSIONS) throw new TooManyExpansions();
    const texts: string[] = [];
    for (const each of before) {
      for (const rest of after) {
        this.#spend(each.length + rest.length);
        texts.push(each + rest);
      }
    }
    return texts;
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > MOST_WORK) throw new TooManyExpansions();
  }

  /** The next brace that can be expanded: one that is not escaped, not after `$`, and closed after a comma or `..`. */
  #nextOpening(text: string, from: number): { at: number; end: number } | undefined {
    for (let at = from; at < text.length; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '$' && text[at + 1] === '{') at++;
      else if (text[at] === '{') {
        const end = this.#closing(text, at + 1);
        if (end >= 0) return { at, end };
      }
    }
    return undefined;
  }

  /**
   * The brace that closes the group that begins at `from`. A brace without a comma or `..` before it is an ordinary
   * character.
   */
  #closing(text: string, from: number): number {
    let depth = 0;
    let separated = false;
    for (let i = from; i < text.length; i++) {
      const character = text[i];
      if (character === '\\') i++;
      else if (character === '{') depth++;
      else if (character === '}') {
        if (depth > 0) depth--;
        else if (separated) {
          this.#spend(i - from);
          return i;
        }
      } else if (depth === 0) {
        separated ||= character === ',' || (text.startsWith('..', i) && text[i + 2] !== '}');
      }
    }
    this.#spend(text.length - from);
    return -1;
  }

  /** The parts between the commas of `inside`. */
  #pieces(inside: string): string[] {
    const pieces: string[] = [];
    let depth = 0;
    let begin = 0;
    for (let i = 0; i < inside.length; i++) {
      const character = inside[i];
      if (character === '\\') i++;
      else if (character === '{') depth++;
      else if (character === '}') depth = Math.max(0, depth - 1);
      else if (character === ',' && depth === 0) {
        pieces.push(inside.slice(begin, i));
        begin = i + 1;
      }
    }
    pieces.push(inside.slice(begin));
    return pieces;
  }

  /** `1..5`, `05..1`, `a..e`, `0..100..10`: numbers with the width of a bound that begins with 0; undefined for anything else. */
  #sequence(inside: string): string[] | undefined {
    const parts = /^(?:([+-]?\d+)\.\.([+-]?\d+)|([a-zA-Z])\.\.([a-zA-Z]))(?:\.\.([+-]?\d+))?$/.exec(inside);
    if (parts === null) return undefined;
    const [, low, high, first, last, increment] = parts;
    const isNumbers = low !== undefined;
    const start = isNumbers ? Number(low) : first!.charCodeAt(0);
    const end = isNumbers ? Number(high) : last!.charCodeAt(0);
    const step = Math.abs(Number(increment ?? 1)) || 1;
    if (![start, end, step].every(Number.isSafeInteger)) return undefined;
    const count = Math.floor(Math.abs(end - start) / step) + 1;
    if (count > MOST_EXPANSIONS) throw new TooManyExpansions();
    const isPadded = isNumbers && [low, high!].some((bound) => /^[+-]?0\d/.test(bound));
    const width = isPadded ? Math.max(low.length, high!.length) : 0;
    const at = (i: number): number => start + (start <= end ? i : -i) * step;
    this.#spend(count * Math.max(width, 1));
    return Array.from({ length: count }, (_, i) =>
      isNumbers ? padded(at(i), width) : literal(String.fromCharCode(at(i))),
    );
  }
}

function padded(value: number, width: number): string {
  const digits = String(Math.abs(value));
  return value < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0');
}

/** The characters between `Z` and `a` have a meaning in patterns. */
function literal(character: string): string {
  return /[a-zA-Z]/.test(character) ? character : `\\${character}`;
}
