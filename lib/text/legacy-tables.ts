// Tables of the legacy encodings: iconv-lite's data, read through its public functions, with changes where CPython's
// codecs differ (windows-31j, UHC, Big5-HKSCS and GB18030-2005 additions that Python leaves out).
import { checkDescriptors, withRequire } from '../own-file.js';
import { unassigned } from './single-byte.js';

/** Cells that differ from iconv-lite, as `first-last:value` in hexadecimal: 0 for none, else counting up from the value. */
const changes: Readonly<Record<string, string>> = {
  'shift-jis': '8160:301c 8161:2016 817c:2212 8191-8192:a2 81ca:ac 8740-879c:0 ed40-fc4b:0',
  'euc-jp': 'a1c1:301c a1c2:2016 a1dd:2212 a1f1-a1f2:a2 a2cc:ac ada1-adfc:0 f9a1-fcfe:0',
  'euc-kr': 'a4d4:0',
  cp932: 'f941-f97e:e69d f980-f9fc:e6db',
  gb2312:
    'a1a4:30fb a1aa:2015 a2a1-a2b0:0 a2e3-a2e4:0 a2ef-a2f0:0 a2fd-a2fe:0 a4f4-a4fe:0 a5f7-a5fe:0 a6b9-a6c0:0 ' +
    'a6d9-a6fe:0 a7c2-a7d0:0 a7f2-a7fe:0 a8bb-a8c4:0 a8ea-a8fe:0 a9a1-a9a3:0 a9f0-a9fe:0 d7fa-d7fe:0',
  gbk:
    'a2ab-a2b0:0 a2e3-a2e4:0 a2ef-a2f0:0 a2fd-a2fe:0 a4f4-a4fe:0 a5f7-a5fe:0 a6b9-a6c0:0 a6d9-a6df:0 a6ec-a6ed:0 ' +
    'a6f3:0 a6f6-a6fe:0 a7c2-a7d0:0 a7f2-a7fe:0 a896-a8a0:0 a8bc:0 a8bf:0 a8c1-a8c4:0 a8ea-a8fe:0 a958:0 a95b:0 ' +
    'a95d-a95f:0 a989-a995:0 a997-a9a3:0 a9f0-a9fe:0 d7fa-d7fe:0 fe50-fefe:0',
  gb18030: 'a3a0:e5e5 a8bc:e7c7',
  big5:
    '8140-a0fe:0 a145:2022 a14e:ff64 a1c2:203e a1e3:223c a1f2:2641 a1f3:2609 a241:ff0f a242:ff3c a244:a5 ' +
    'a246-a247:a2 a3c0-a3e1:0 c6a1:30fe c6a2-c6a3:309d c6a4:3005 c6a5-c6f7:3041 c6f8-c6fe:30a1 c740-c77e:30a8 ' +
    'c7a1-c7b0:30e7 c7b1-c7b2:414 c7b3:401 c7b4-c7ba:416 c7bb-c7cd:423 c7ce:451 c7cf-c7e8:436 c7e9-c7f2:2460 ' +
    'c7f3-c7fc:2474 c7fd-c8fe:0 f9d6-fefe:0',
  big5hkscs:
    '877a-877e:0 87a1-87df:0 8e69:0 8e6f:0 8e7e:0 8eab:0 8eb4:0 8ecd:0 8ed0:0 8f57:0 8f69:0 8f6e:0 ' +
    '8fcb-8fcc:0 8ffe:0 906d:0 907a:0 90dc:0 90f1:0 91bf:0 9244:0 92af-92b2:0 92c8:0 92d1:0 9447:0 ' +
    '94ca:0 95d9:0 9644:0 96ed:0 96fc:0 9b76:0 9b78:0 9b7b:0 9bc6:0 9bde:0 9bec:0 9bf6:0 9c42:0 9c53:0 ' +
    '9c62:0 9c68:0 9c6b:0 9c77:0 9cbc-9cbd:0 9cd0:0 9d57:0 9d5a:0 9dc4:0 9ea9:0 9eef:0 9efd:0 9f60:0 ' +
    '9f66:0 9fcb:0 9fd8:0 a063:0 a077:0 a0d5:0 a0df:0 a0e4:0 a145:2022 a14e:ff64 a1c2:203e a1e3:223c ' +
    'a1f2:2641 a1f3:2609 a241:ff0f a242:ff3c a244:a5 a246-a247:a2 a3c0-a3e1:0 c6cf:0 c6d3:0 c6d5:0 ' +
    'c6d7:0 c6de-c6df:0 fa5f:0 fa66:0 fabd:0 fac5:0 fad5:0 fb48:0 fbb8:0 fbf3:0 fbf9:0 fc4f:0 fc6c:0 ' +
    'fcb9:0 fce2:0 fcf1:0 fdb7-fdb8:0 fdbb:0 fdf1:0 fe52:0 fe6f:0 feaa:0 fedd:0',
};

/** Single bytes that differ: the euro sign, and Apple's changes with it. */
const byteChanges: Readonly<Record<string, string>> = {
  cp1255: `ca:${unassigned.toString(16)}`,
  'mac-roman': 'bd:3a9 db:20ac f0:f8ff',
  'mac-cyrillic': 'a2:490 b6:491 ff:20ac',
};

/** iconv-lite's names, if they differ. Its shift_jis is Microsoft's. */
const iconvNames: Readonly<Record<string, string>> = {
  'mac-roman': 'macroman',
  'mac-cyrillic': 'maccyrillic',
  cp932: 'shift_jis',
  gb2312: 'gbk',
  big5hkscs: 'big5-hkscs',
};

/** Cells left out by rule: EUC-KR and GB 2312 are the 94 x 94 square only, GBK has nothing in the user-defined areas. */
const leftOut: Readonly<Record<string, (lead: number, trail: number) => boolean>> = {
  'euc-kr': (lead, trail) => lead < 0xa1 || trail < 0xa1,
  gb2312: (lead, trail) => lead < 0xa1 || lead > 0xf7 || trail < 0xa1 || (lead >= 0xaa && lead <= 0xaf),
  gbk: (lead, trail) =>
    (lead >= 0xa1 && lead <= 0xa7 && trail < 0xa1) ||
    (((lead >= 0xaa && lead <= 0xaf) || (lead >= 0xf8 && lead <= 0xfe)) && trail >= 0xa1),
};

interface Iconv {
  decode(bytes: Buffer, encoding: string): string;
  encodingExists(encoding: string): boolean;
}

let loaded: Iconv | undefined;

/** Loaded when a legacy encoding is first used, which most programs never do. */
function iconv(): Iconv {
  return (loaded ??= withRequire(() => {
    checkDescriptors();
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const iconvLite = require('iconv-lite') as Iconv;
    iconvLite.encodingExists('ascii'); // it loads its tables when one is first requested
    return iconvLite;
  }));
}

const iconvName = (encoding: string): string => iconvNames[encoding] ?? encoding;

/** The character of each of the 256 bytes, or `unassigned`. */
export function singleByteTable(encoding: string): Uint16Array {
  const text = iconv().decode(
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    iconvName(encoding),
  );
  const table = Uint16Array.from({ length: 256 }, (_, byte) => text.charCodeAt(byte));
  for (const change of byteChanges[encoding]?.split(' ') ?? []) apply(change, table);
  return table;
}

/** The characters of pairs of bytes. */
export type PairTable = Uint16Array | Uint32Array;

/** The character of each pair of bytes, indexed by `lead << 8 | trail`; 0 if there is none. */
export function doubleByteTable(encoding: string): PairTable {
  const isWide = encoding === 'big5hkscs';
  const table = isWide ? new Uint32Array(65536) : new Uint16Array(65536);
  const pair = Buffer.alloc(2);
  const isLeftOut = leftOut[encoding];
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) {
      if (isLeftOut?.(lead, trail)) continue;
      pair[0] = lead;
      pair[1] = trail;
      table[(lead << 8) | trail] = (isWide ? wide : single)(iconv().decode(pair, iconvName(encoding)));
    }
  }
  for (const change of changes[encoding]?.split(' ') ?? []) apply(change, table);
  return table;
}

/** The characters of `8f` and each pair of bytes in EUC-JP: JIS X 0212. */
export function jis0212Table(): Uint16Array {
  const table = new Uint16Array(65536);
  const triple = Buffer.from([0x8f, 0, 0]);
  for (let row = 0xa1; row < 0xff; row++) {
    for (let cell = 0xa1; cell < 0xff; cell++) {
      triple[1] = row;
      triple[2] = cell;
      table[(row << 8) | cell] = single(iconv().decode(triple, 'euc-jp'));
    }
  }
  table[0xa2b7] = 0x7e;
  return table;
}

function single(text: string): number {
  const unit = text.charCodeAt(0);
  return text.length === 1 && unit !== 0xfffd ? unit : 0;
}

/** The same with characters beyond the basic plane, and codes for two characters: see `Scanner.codePoint`. */
function wide(text: string): number {
  const codePoint = text.codePointAt(0)!;
  if (text.length !== 2 || codePoint > 0xffff) return codePoint > 0xffff ? codePoint : single(text);
  const second = text.charCodeAt(1);
  return second > 0x2ff && second < 0x370 ? (codePoint << 16) | second : 0;
}

function apply(change: string, table: PairTable): void {
  const [range = '', value = ''] = change.split(':');
  const [first = '', last = first] = range.split('-');
  const from = parseInt(value, 16);
  const start = parseInt(first, 16);
  for (let code = start; code <= parseInt(last, 16); code++) {
    table[code] = from === 0 ? 0 : from + code - start;
  }
}
