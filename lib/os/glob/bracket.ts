// A bracket expression of a pattern: `[a-z]`, `[!a]`, `[^a]`, `[[:alpha:]]`, `[]a]`, `[\]]`.

/** A bracket expression that is closed. */
interface Bracket {
  /** Whether the character with this code point is among those listed. */
  fits: (code: number) => boolean;
  /** Whether the expression matches all other characters. */
  negated: boolean;
  /** Where the rest of the pattern begins. */
  end: number;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{Alphabetic}\p{Nd}]/u,
  alpha: /\p{Alphabetic}/u,
  ascii: /\p{ASCII}/u,
  blank: /[\t\p{Zs}]/u,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/u,
  graph: /[^\s\p{C}]/u,
  lower: /\p{Lowercase}/u,
  print: /[ \p{Zs}]|[^\s\p{C}]/u,
  punct: /[\p{P}\p{S}]/u,
  space: /\s/u,
  upper: /\p{Uppercase}/u,
  word: /[\p{Alphabetic}\p{Nd}_]/u,
  xdigit: /[0-9A-Fa-f]/u,
};
const NOTHING = /(?!)/u;

interface Element {
  code: number;
  /** For a class such as `[:alpha:]`, which has no code. */
  inClass?: RegExp;
  end: number;
}

/** The expression that begins at `open`; undefined if it is not closed, so that the bracket matches itself. */
export function parseBracket(text: string, open: number): Bracket | undefined {
  let at = open + 1;
  const negated = text[at] === '!' || text[at] === '^';
  if (negated) at++;
  const first = at;
  const ranges: [low: number, high: number][] = [];
  const classes: RegExp[] = [];
  while (text[at] !== ']' || at === first) {
    const element = elementAt(text, at);
    if (element === undefined) return undefined;
    at = element.end;
    if (element.inClass !== undefined) {
      classes.push(element.inClass);
      continue;
    }
    const isRange = text[at] === '-' && text[at + 1] !== ']';
    const last = isRange ? elementAt(text, at + 1) : element;
    if (last === undefined) return undefined;
    // `a-[:digit:]` is not a range: the hyphen is the next element.
    if (last.inClass !== undefined) ranges.push([element.code, element.code]);
    else {
      ranges.push([element.code, last.code]);
      at = last.end;
    }
  }
  const fits = (code: number): boolean =>
    ranges.some(([low, high]) => low <= code && code <= high) ||
    classes.some((each) => each.test(String.fromCodePoint(code)));
  return { fits, negated, end: at + 1 };
}

function elementAt(text: string, at: number): Element | undefined {
  if (text[at] === '\\') at++;
  else if (text[at] === '[') {
    const named = /\[:([^:\]]*):\]|\[([.=])(.)\2\]/suy;
    named.lastIndex = at;
    const found = named.exec(text);
    if (found !== null) {
      const [all, name, , character] = found;
      const end = at + all.length;
      return name === undefined
        ? { code: character!.codePointAt(0)!, end }
        : { code: -1, inClass: CLASSES[name] ?? NOTHING, end };
    }
  }
  const code = text.codePointAt(at);
  return code === undefined ? undefined : { code, end: at + (code > 0xffff ? 2 : 1) };
}
