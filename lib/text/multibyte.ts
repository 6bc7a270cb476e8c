// The East Asian encodings: which bytes begin a sequence, and the characters of sequences, as in CPython's codecs.
import { AsciiScanner, type CharacterWriter } from './codec.js';
import { doubleByteTable, jis0212Table, type PairTable } from './legacy-tables.js';

const illegal = 'illegal multibyte sequence';

/** The common part. Subclasses handle lead bytes that need more than one trail byte. */
export class DoubleByteScanner extends AsciiScanner {
  readonly encoding: string;
  readonly table: PairTable;

  constructor(encoding: string) {
    super();
    this.encoding = encoding;
    this.table = tableOf(encoding);
  }

  step(bytes: Buffer, at: number, final: boolean): number {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      this.codePoint = lead;
      return 1;
    }
    return this.sequence(bytes, at, final, lead);
  }

  protected sequence(bytes: Buffer, at: number, final: boolean, lead: number): number {
    if (bytes.length - at < 2) return this.tooFew(bytes, at, final);
    return this.found(at, this.table[(lead << 8) | bytes[at + 1]!]!, 2);
  }

  protected found(at: number, codePoint: number, length: number): number {
    if (codePoint === 0) return this.malformed(at, at + 1, illegal);
    this.codePoint = codePoint;
    return length;
  }
}

export class ShiftJisScanner extends DoubleByteScanner {
  protected override sequence(bytes: Buffer, at: number, final: boolean, lead: number): number {
    if (lead >= 0xa1 && lead <= 0xdf) return this.found(at, lead + 0xfec0, 1);
    const isLead = (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xea);
    if (!isLead) return this.malformed(at, at + 1, illegal);
    return super.sequence(bytes, at, final, lead);
  }
}

/** Microsoft's Shift_JIS, which assigns characters to bytes that begin no sequence. */
export class Cp932Scanner extends DoubleByteScanner {
  protected override sequence(bytes: Buffer, at: number, final: boolean, lead: number): number {
    if (lead >= 0xa1 && lead <= 0xdf) return this.found(at, lead + 0xfec0, 1);
    const alone = cp932Bytes.get(lead);
    return alone === undefined ? super.sequence(bytes, at, final, lead) : this.found(at, alone, 1);
  }
}

/** Bytes of cp932 that are characters by themselves, in addition to the half-width katakana. */
const cp932Bytes: ReadonlyMap<number, number> = new Map([
  [0x80, 0x80],
  [0xa0, 0xf8f0],
  [0xfd, 0xf8f1],
  [0xfe, 0xf8f2],
  [0xff, 0xf8f3],
]);

export class EucJpScanner extends DoubleByteScanner {
  protected override sequence(bytes: Buffer, at: number, final: boolean, lead: number): number {
    if (lead === 0x8f) {
      if (bytes.length - at < 3) return this.tooFew(bytes, at, final);
      return this.found(at, jis0212()[(bytes[at + 1]! << 8) | bytes[at + 2]!]!, 3);
    }
    return super.sequence(bytes, at, final, lead);
  }
}

/** Initial and final consonants in the order of Unicode's Hangul syllables, as offsets from the jamo at a4a1. */
const initials = [0, 1, 3, 6, 7, 8, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
const finals = [
  -1, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29,
];
const filler = 0xd4;

export class EucKrScanner extends DoubleByteScanner {
  protected override sequence(bytes: Buffer, at: number, final: boolean, lead: number): number {
    if (bytes.length - at < 2) return this.tooFew(bytes, at, final);
    if (lead !== 0xa4 || bytes[at + 1] !== filler) return super.sequence(bytes, at, final, lead);
    if (bytes.length - at < 8) return this.tooFew(bytes, at, final);
    // A syllable outside KS X 1001 is spelt as filler, initial, vowel and final, each after a4.
    if (bytes[at + 2] !== 0xa4 || bytes[at + 4] !== 0xa4 || bytes[at + 6] !== 0xa4)
      return this.found(at, 0, 8);
    const initial = initials.indexOf(bytes[at + 3]! - 0xa1);
    const vowel = bytes[at + 5]! - 0xbf;
    const last = bytes[at + 7] === filler ? 0 : finals.indexOf(bytes[at + 7]! - 0xa1, 1);
    if (initial < 0 || vowel < 0 || vowel > 20 || last < 0) return this.found(at, 0, 8);
    return this.found(at, 0xac00 + initial * 588 + vowel * 28 + last, 8);
  }
}

export class Gb18030Scanner extends DoubleByteScanner {
  protected override sequence(bytes: Buffer, at: number, final: boolean, lead: number): number {
    if (bytes.length - at < 2) return this.tooFew(bytes, at, final);
    const second = bytes[at + 1]!;
    if (second < 0x30 || second > 0x39) return super.sequence(bytes, at, final, lead);
    if (bytes.length - at < 4) return this.tooFew(bytes, at, final);
    const third = bytes[at + 2]!;
    const fourth = bytes[at + 3]!;
    if (lead < 0x81 || third < 0x81 || third > 0xfe || fourth < 0x30 || fourth > 0x39)
      return this.found(at, 0, 4);
    const linear = (((lead - 0x81) * 10 + second - 0x30) * 126 + third - 0x81) * 10 + fourth - 0x30;
    return this.found(at, this.#fourByte(linear, lead), 4);
  }

  #fourByte(linear: number, lead: number): number {
    if (lead < 0x85) return gb18030Order()[linear] ?? 0;
    const astral = linear - astralStart;
    return astral >= 0 && astral <= 0xfffff ? 0x10000 + astral : 0;
  }
}

/** The linear index of 90 30 81 30, which is U+10000. */
const astralStart = 189000;

const tables = new Map<string, PairTable>();
let supplementary: Uint16Array | undefined;
let order: Uint16Array | undefined;

/** The characters of pairs of bytes in an encoding, created on first use. */
export function tableOf(encoding: string): PairTable {
  let table = tables.get(encoding);
  if (table === undefined) {
    table = doubleByteTable(encoding);
    if (encoding === 'shift-jis') table[0x815f] = 0xff3c;
    if (encoding === 'euc-jp') {
      table[0xa1c0] = 0xff3c;
      for (let byte = 0xa1; byte <= 0xdf; byte++) table[0x8e00 | byte] = byte + 0xfec0;
    }
    tables.set(encoding, table);
  }
  return table;
}

function jis0212(): Uint16Array {
  return (supplementary ??= jis0212Table());
}

/** GB18030's four-byte codes number the characters without a shorter code, in code point order. */
function gb18030Order(): Uint16Array {
  if (order === undefined) {
    const short = new Set(tableOf('gb18030'));
    const rest: number[] = [];
    for (let codePoint = 0x80; codePoint < 0x10000; codePoint++) {
      if ((codePoint & 0xf800) !== 0xd800 && !short.has(codePoint)) rest.push(codePoint);
    }
    order = Uint16Array.from(rest);
  }
  return order;
}

/** The writers: each character's bytes as a number, most significant byte first, by code point. */
export function multibyteWriter(encoding: string): CharacterWriter {
  const codes = new Uint32Array(65536);
  const table = tableOf(encoding);
  if (encoding === 'euc-jp') jis0212().forEach((codePoint, code) => (codes[codePoint] = 0x8f0000 | code));
  // Of several codes, cp932 writes the lowest, and the others the highest.
  if (encoding === 'cp932') table.forEach((codePoint, code) => (codes[codePoint] ||= code));
  else table.forEach((codePoint, code) => (codes[codePoint] = code));
  for (const pair of preferred[encoding]?.split(' ') ?? []) {
    const [codePoint, code] = pair.split(':').map((digits) => parseInt(digits, 16));
    codes[codePoint!] = code!;
  }
  if (encoding === 'shift-jis' || encoding === 'cp932')
    for (let byte = 0xa1; byte <= 0xdf; byte++) codes[byte + 0xfec0] = byte;
  if (encoding === 'cp932') for (const [byte, codePoint] of cp932Bytes) codes[codePoint] = byte;
  if (encoding === 'gb18030')
    gb18030Order().forEach((codePoint, linear) => (codes[codePoint] = fourBytes(linear)));
  codes[0] = 0;
  for (let byte = 1; byte < 0x80; byte++) codes[byte] = byte;
  return {
    encoding,
    width: 1,
    reason: illegal,
    joinsErrors: false,
    longest: 8,
    encodeAll: () => null,
    put(codePoint, into, at) {
      const code = codePoint > 0xffff ? astralCode(encoding, codePoint) : codes[codePoint]!;
      if (code === 0) {
        if (encoding === 'euc-kr') return putHangul(codePoint, into, at);
        if (codePoint !== 0) return 0;
      }
      const length = code > 0xffffff ? 4 : code > 0xffff ? 3 : code > 0xff ? 2 : 1;
      into.writeUIntBE(code, at, length);
      return length;
    },
  };
}

/**
 * Characters that have several codes, or that are only encoded or only decoded, and the code that is written: both in
 * hexadecimal.
 */
const preferred: Readonly<Record<string, string>> = {
  'shift-jis': 'a5:5c 203e:7e',
  'euc-jp': 'a5:5c 203e:7e',
  cp932: 'a2:8191 a3:8192 ac:81ca 2016:8161 2212:817c 301c:8160',
  'euc-kr': '3164:a4d4',
  big5: '5341:a451 5345:a4ca ff0f:a241 ff3c:a242',
};

/** Big5-HKSCS: many of its characters are beyond the basic plane, and some codes are for a letter with its accent. */
export function hkscsWriter(encoding: string): CharacterWriter {
  const codes = new Map<number, number>();
  tableOf(encoding).forEach((codePoint, code) => {
    if (codePoint !== 0) codes.set(codePoint, code);
  });
  return {
    encoding,
    width: 1,
    reason: illegal,
    joinsErrors: false,
    longest: 2,
    encodeAll: () => null,
    codePointAt(text, at) {
      const both = (text.charCodeAt(at) << 16) | text.charCodeAt(at + 1);
      return both > 0x10ffff && codes.has(both) ? both : text.codePointAt(at)!;
    },
    put(codePoint, into, at) {
      const code = codePoint < 0x80 ? codePoint : codes.get(codePoint);
      if (code === undefined) return 0;
      return into.writeUIntBE(code, at, code > 0xff ? 2 : 1) - at;
    },
  };
}

function fourBytes(linear: number): number {
  const fourth = (linear % 10) + 0x30;
  const third = (Math.floor(linear / 10) % 126) + 0x81;
  const second = (Math.floor(linear / 1260) % 10) + 0x30;
  const first = Math.floor(linear / 12600) + 0x81;
  return first * 0x1000000 + (second << 16) + (third << 8) + fourth;
}

function astralCode(encoding: string, codePoint: number): number {
  return encoding === 'gb18030' ? fourBytes(codePoint - 0x10000 + astralStart) : 0;
}

function putHangul(codePoint: number, into: Buffer, at: number): number {
  if (codePoint === 0) {
    into[at] = 0;
    return 1;
  }
  const syllable = codePoint - 0xac00;
  if (syllable < 0 || syllable > 0x2ba3) return 0;
  const last = finals[syllable % 28]!;
  const parts = [
    filler,
    0xa1 + initials[Math.floor(syllable / 588)]!,
    0xbf + (Math.floor(syllable / 28) % 21),
    last < 0 ? filler : 0xa1 + last,
  ];
  parts.forEach((part, i) => {
    into[at + 2 * i] = 0xa4;
    into[at + 2 * i + 1] = part;
  });
  return 8;
}
