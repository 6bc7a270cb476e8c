// The Unicode name of a character, used only by the namereplace handler. The names are unpacked on first use.
import type * as zlib from 'node:zlib';

interface Names {
  readonly byCodePoint: ReadonlyMap<number, string>;
  /** Ranges whose names are a prefix and the code point. */
  readonly byRule: readonly { prefix: string; first: number; last: number }[];
}

let names: Names | undefined;

/** The name of a character, such as `LATIN SMALL LETTER A`; undefined if Unicode has none. */
export function characterName(codePoint: number): string | undefined {
  if (codePoint >= 0xac00 && codePoint <= 0xd7a3) return hangulName(codePoint - 0xac00);
  names ??= unpack();
  const name = names.byCodePoint.get(codePoint);
  if (name !== undefined) return name;
  const rule = names.byRule.find(({ first, last }) => codePoint >= first && codePoint <= last);
  return rule && `${rule.prefix}-${codePoint.toString(16).toUpperCase()}`;
}

function unpack(): Names {
  // Loaded only on first use, because most programs never need this quarter of a megabyte and Node's compression.
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { packedNames } = require('./names-data.js') as { packedNames: string };
  const { brotliDecompressSync } = require('node:zlib') as typeof zlib;
  /* eslint-enable @typescript-eslint/no-require-imports */
  const [, rules = '', ...lines] = brotliDecompressSync(Buffer.from(packedNames, 'base64'))
    .toString('latin1')
    .split('\n');
  const byCodePoint = new Map<number, string>();
  let codePoint = 0;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon >= 0) codePoint = parseInt(line.slice(0, colon), 16);
    byCodePoint.set(codePoint++, line.slice(colon + 1));
  }
  const byRule = rules.split(';').flatMap((rule) => {
    const [prefix = '', ranges = ''] = rule.split('=');
    return ranges.split(',').map((range) => {
      const [first = NaN, last = NaN] = range.split('-').map((end) => parseInt(end, 16));
      return { prefix, first, last };
    });
  });
  return { byCodePoint, byRule };
}

const initials = 'G GG N D DD R M B BB S SS  J JJ C K T P H'.split(' ');
const vowels = 'A AE YA YAE EO E YEO YE O WA WAE OE YO U WEO WE WI YU EU YI I'.split(' ');
const finals = ' G GG GS N NJ NH D L LG LM LB LS LT LP LH M B BS S SS NG J C K T P H'.split(' ');

/** Hangul syllables are named by their letters. */
function hangulName(syllable: number): string {
  const initial = initials[Math.floor(syllable / 588)] ?? '';
  const vowel = vowels[Math.floor(syllable / 28) % 21] ?? '';
  return `HANGUL SYLLABLE ${initial}${vowel}${finals[syllable % 28] ?? ''}`;
}
