// Text and bytes to decode: characters of every length in every encoding, cut and damaged at random.
import type { ErrorHandlerName } from '../../lib/text/codec.js';
import { encode } from '../../lib/text/encoder.js';
import { findCodec, type Codec } from '../../lib/text/registry.js';
import type { Random } from '../support/random.ts';

/** The codec of an encoding that exists. */
export function codecOf(encoding: string): Codec {
  const codec = findCodec(encoding);
  if (codec === undefined) throw new Error(`${encoding} is unknown here`);
  return codec;
}

export const encodings = [
  'utf-8',
  'UTF8',
  'utf-8-sig',
  'utf-16',
  'utf-16-le',
  'utf-16-be',
  'utf-32',
  'utf-32-le',
  'utf-32-be',
  'latin-1',
  'ascii',
  'cp1250',
  'cp1251',
  'cp1252',
  'cp1253',
  'cp1255',
  'cp1257',
  'cp1258',
  'iso-8859-2',
  'iso-8859-6',
  'iso-8859-15',
  'iso-8859-16',
  'koi8-r',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'gbk',
  'gb18030',
  'big5',
  'cp437',
  'cp850',
  'cp852',
  'cp855',
  'cp866',
  'cp874',
  'koi8-u',
  'mac-roman',
  'mac-cyrillic',
  'cp932',
  'cp949',
  'gb2312',
];

/** Python's files keep a state between two writes in these, so that only whole texts can be compared. */
export const statefulEncodings = ['iso-2022-jp', 'big5hkscs'];

export const handlers: ErrorHandlerName[] = [
  'strict',
  'strict',
  'strict',
  'ignore',
  'replace',
  'backslashreplace',
  'surrogateescape',
  'surrogatepass',
];

export const writeHandlers: ErrorHandlerName[] = [...handlers, 'xmlcharrefreplace', 'namereplace'];

/** Whether an encoding is one of the East Asian ones. */
export function isMultibyte(encoding: string): boolean {
  return /^(shift_jis|euc-|gb|big5|cp9|iso-2022)/.test(encoding);
}

const characters = [
  ...'abcXYZ 0~\\',
  '\n',
  '\n',
  '\r',
  '\r\n',
  '\r\n',
  '\0',
  '\x7f',
  '\u0085',
  '\xa0',
  'é',
  'ß',
  'ÿ',
  '¥',
  '‾',
  '€',
  'ł',
  'ő',
  'я',
  'Ж',
  'ά',
  'א',
  'ع',
  'ğ',
  'ț',
  '日',
  '本',
  '語',
  'ｱ',
  'ﾝ',
  '丂',
  '亂',
  '龍',
  '한',
  '글',
  '갂',
  '힣',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '😀',
  '𝄞',
  '丽',
  '\u{10ffff}',
  '\ue000',
  '仝',
  '〜',
  '～',
  'Ê',
  'ê',
  '\u0304',
  '\u030c',
  '𠀋',
];

/** A string of up to `length` characters that `encoding` has. */
export function encodable(random: Random, encoding: string, length: number): string {
  return random
    .list(length, () => random.pick(characters))
    .filter((character) => has(encoding, character))
    .join('');
}

/** A string with characters that few encodings have, and lone surrogates. */
export function anyText(random: Random, length: number): string {
  return (
    random
      .list(length, () =>
        random.once(25)
          ? random.pick(['\udc80', '\udcff', '\ud800.', '\udfff', '\ud83d-'])
          : random.pick(characters),
      )
      .join('')
      // A high and a low surrogate that meet are one character here and two in Python.
      .replace(/[\ud800-\udbff](?=[\udc00-\udfff])/g, (high, at: number, text: string) =>
        /[\udc80-\udcff]|\udfff/.test(text[at + 1]!) && !isPair(text, at) ? '' : high,
      )
  );
}

function isPair(text: string, at: number): boolean {
  return text.codePointAt(at)! > 0xffff;
}

/** The bytes of a string, with a byte order mark where the encoding has one. */
export function bytesOf(
  text: string,
  encoding: string,
  random: Random,
  { bigEndian = true, markless = true } = {},
): Buffer {
  const codec = codecOf(encoding);
  const bytes = encode(text, codec, 'strict');
  if (codec.mark === null || (markless && random.once(8))) return Buffer.from(bytes);
  if (bigEndian && codec.width > 1 && random.once(3)) {
    const big = encode(text, codecOf(`${codec.name}-be`), 'strict');
    return Buffer.concat([Buffer.from(codec.mark).reverse(), big]);
  }
  return Buffer.concat([codec.mark, bytes]);
}

/** Bytes changed, dropped, doubled or made up at random. */
export function spoil(random: Random, bytes: Buffer): Buffer {
  let spoilt: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(spoilt.length + 1);
    const kind = random.below(4);
    const made = Buffer.from(
      random.list(4, () =>
        random.pick([
          0,
          0x1b,
          0x24,
          0x28,
          0x42,
          0x4a,
          0x30,
          0x41,
          0x80,
          0x81,
          0x8e,
          0x8f,
          0xa0,
          0xa1,
          0xa4,
          0xd4,
          0xd8,
          0xdc,
          0xe0,
          0xed,
          0xf0,
          0xf4,
          0xfe,
          0xff,
          random.below(256),
        ]),
      ),
    );
    if (kind === 0) spoilt = spoilt.subarray(0, at);
    else
      spoilt = Buffer.concat([
        spoilt.subarray(0, at),
        made,
        spoilt.subarray(Math.min(at + random.below(3), spoilt.length)),
      ]);
  }
  return spoilt;
}

const known = new Map<string, boolean>();

function has(encoding: string, character: string): boolean {
  const key = `${encoding} ${character}`;
  let encodes = known.get(key);
  if (encodes === undefined) {
    try {
      encode(character, codecOf(encoding), 'strict');
      encodes = true;
    } catch {
      encodes = false;
    }
    known.set(key, encodes);
  }
  return encodes;
}
