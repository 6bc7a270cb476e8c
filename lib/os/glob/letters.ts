// Characters as a pattern sees them: code points, in one case or in any.
export const DOT = 0x2e;

/** Whether `text` has letters with two cases. */
export const hasCase = (text: string): boolean => text.toLowerCase() !== text.toUpperCase();

/** One code point for a letter in either case; letters whose other case is more than one character stay as they are. */
export function folded(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  const upper = single(String.fromCodePoint(code).toUpperCase()) ?? code;
  return single(String.fromCodePoint(upper).toLowerCase()) ?? upper;
}

/** Whether a letter matches in either case. */
export function fitsInAnyCase(fits: (code: number) => boolean, code: number): boolean {
  if (fits(code)) return true;
  const text = String.fromCodePoint(code);
  return [text.toLowerCase(), text.toUpperCase()].some((other) => {
    const only = single(other);
    return only !== undefined && fits(only);
  });
}

function single(text: string): number | undefined {
  const code = text.codePointAt(0)!;
  return text.length === (code > 0xffff ? 2 : 1) ? code : undefined;
}

/** The number of code units of a code point. */
export const unitsOf = (code: number): 1 | 2 => (code > 0xffff ? 2 : 1);
