// The scanner and writer of each encoding.
import { canonicalEncoding, type EncodingName } from './aliases.js';
import type { CharacterWriter, Scanner, UnitWidth } from './codec.js';
import { Iso2022JpScanner, iso2022JpWriter } from './iso-2022-jp.js';
import { singleByteTable } from './legacy-tables.js';
import {
  Cp932Scanner,
  DoubleByteScanner,
  EucJpScanner,
  EucKrScanner,
  Gb18030Scanner,
  hkscsWriter,
  multibyteWriter,
  ShiftJisScanner,
  tableOf,
} from './multibyte.js';
import { Latin1Scanner, ordinalWriter, TableScanner, tableWriter, unassigned } from './single-byte.js';
import { Utf16Scanner, utf16Writer, Utf32Scanner, utf32Writer } from './utf16.js';
import { Utf8Scanner, utf8Writer } from './utf8.js';

/** One encoding. It has no state, so all files of the encoding share it. */
export interface Codec {
  readonly name: EncodingName;
  readonly width: UnitWidth;
  /** The byte order mark that begins a text, or null for an encoding without one. */
  readonly mark: Buffer | null;
  /** Whether ASCII text is encoded as the same ASCII bytes. */
  readonly extendsAscii: boolean;
  /** Whether the meaning of bytes depends on earlier bytes that switch. Such a text has positions only in the initial state. */
  readonly isStateful: boolean;
  /** The number of bytes of each UTF-16 unit of text; 0 if it varies. */
  readonly unit: number;
  scanner(bigEndian: boolean): Scanner;
  readonly writer: CharacterWriter;
}

const codecs = new Map<EncodingName, Codec>();

/**
 * The codec of an encoding by any of its names, or undefined for an unknown one. The tables of a legacy encoding are loaded
 * here, so that a caller that checks the encoding before it opens a file does not fail later for lack of a descriptor.
 */
export function findCodec(encoding: string): Codec | undefined {
  const name = canonicalEncoding(encoding);
  if (name === undefined) return undefined;
  let codec = codecs.get(name);
  if (codec === undefined) {
    codec = makeCodec(name);
    codecs.set(name, codec);
  }
  return codec;
}

function makeCodec(name: EncodingName): Codec {
  const bigEndian = name.endsWith('be');
  switch (name) {
    case 'utf-8':
      return plain(name, () => new Utf8Scanner(), utf8Writer);
    case 'utf-8-sig':
      return { ...plain(name, () => new Utf8Scanner(), utf8Writer), mark: Buffer.from([0xef, 0xbb, 0xbf]) };
    case 'utf-16':
    case 'utf-16-le':
    case 'utf-16-be': {
      const codec = plain(name, (big) => new Utf16Scanner(bigEndian || big), utf16Writer(name, bigEndian));
      const mark = name === 'utf-16' ? Buffer.from([0xff, 0xfe]) : null;
      return { ...codec, width: 2, mark, extendsAscii: false, unit: 2 };
    }
    case 'utf-32':
    case 'utf-32-le':
    case 'utf-32-be': {
      const codec = plain(name, (big) => new Utf32Scanner(bigEndian || big), utf32Writer(name, bigEndian));
      const mark = name === 'utf-32' ? Buffer.from([0xff, 0xfe, 0, 0]) : null;
      return { ...codec, width: 4, mark, extendsAscii: false };
    }
    case 'latin-1':
      return plain(name, () => new Latin1Scanner(), ordinalWriter(name, 256));
    case 'ascii': {
      const table = Uint16Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? byte : unassigned));
      const reason = 'ordinal not in range(128)';
      return plain(name, () => new TableScanner(name, table, reason), ordinalWriter(name, 128));
    }
    case 'iso-2022-jp': {
      tableOf('euc-jp');
      const codec = plain(name, () => new Iso2022JpScanner(), iso2022JpWriter(name));
      return { ...codec, extendsAscii: false, isStateful: true };
    }
    default: {
      const Multibyte = multibyteScanner(name);
      if (Multibyte !== undefined) {
        tableOf(name);
        const writer = name === 'big5hkscs' ? hkscsWriter(name) : multibyteWriter(name);
        return plain(name, () => new Multibyte(name), writer);
      }
      const table = singleByteTable(name);
      const reason = 'character maps to <undefined>';
      return plain(name, () => new TableScanner(name, table, reason), tableWriter(name, table));
    }
  }
}

// In a function, because the classes are loaded when one of them is first used.
function multibyteScanner(name: EncodingName): typeof DoubleByteScanner | undefined {
  if (['cp949', 'gb2312', 'gbk', 'big5', 'big5hkscs'].includes(name)) return DoubleByteScanner;
  const others: Readonly<Record<string, typeof DoubleByteScanner>> = {
    'shift-jis': ShiftJisScanner,
    'euc-jp': EucJpScanner,
    'euc-kr': EucKrScanner,
    gb18030: Gb18030Scanner,
    cp932: Cp932Scanner,
  };
  return others[name];
}

function plain(name: EncodingName, scanner: Codec['scanner'], writer: CharacterWriter): Codec {
  const unit = writer.longest === 1 ? 1 : 0;
  return { name, width: 1, mark: null, extendsAscii: true, isStateful: false, unit, scanner, writer };
}
