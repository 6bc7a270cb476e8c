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
} from './multibyte.js';
import { Latin1Scanner, ordinalWriter, TableScanner, tableWriter, unassigned } from './single-byte.js';
import { Utf16Scanner, utf16Writer } from './utf16.js';
import { Utf32Scanner, utf32Writer } from './utf32.js';
import { Utf8Scanner, utf8Writer } from './utf8.js';

/** One encoding; holds no state, so every file of that encoding shares it. */
export interface Codec {
  readonly name: EncodingName;
  readonly width: UnitWidth;
  /** The byte order mark that begins a text, or null for an encoding without one. */
  readonly mark: Buffer | null;
  /** Whether text of ASCII bytes alone is those bytes. */
  readonly extendsAscii: boolean;
  /** Whether bytes mean what earlier bytes have switched to. Such a text has positions only where nothing is switched. */
  readonly isStateful: boolean;
  /** Bytes of every UTF-16 unit of text, 0 where that varies. */
  readonly unit: number;
  scanner(bigEndian: boolean): Scanner;
  readonly writer: CharacterWriter;
}

const codecs = new Map<EncodingName, Codec>();

/** The codec of an encoding by any of its names, or undefined for an unknown one. */
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
  switch (name) {
    case 'utf-8':
      return plain(name, () => new Utf8Scanner(), utf8Writer);
    case 'utf-8-sig':
      return { ...plain(name, () => new Utf8Scanner(), utf8Writer), mark: Buffer.from([0xef, 0xbb, 0xbf]) };
    case 'utf-16':
    case 'utf-16-le':
    case 'utf-16-be': {
      const bigEndian = name.endsWith('be');
      const scanner = (big: boolean): Scanner => new Utf16Scanner(bigEndian || big);
      const mark = name === 'utf-16' ? Buffer.from([0xff, 0xfe]) : null;
      return {
        name,
        width: 2,
        mark,
        extendsAscii: false,
        isStateful: false,
        unit: 2,
        scanner,
        writer: utf16Writer(name, bigEndian),
      };
    }
    case 'utf-32':
    case 'utf-32-le':
    case 'utf-32-be': {
      const bigEndian = name.endsWith('be');
      const scanner = (big: boolean): Scanner => new Utf32Scanner(bigEndian || big);
      const mark = name === 'utf-32' ? Buffer.from([0xff, 0xfe, 0, 0]) : null;
      return {
        name,
        width: 4,
        mark,
        extendsAscii: false,
        isStateful: false,
        unit: 0,
        scanner,
        writer: utf32Writer(name, bigEndian),
      };
    }
    case 'latin-1':
      return plain(name, () => new Latin1Scanner(), ordinalWriter(name, 256));
    case 'ascii': {
      const table = Uint16Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? byte : unassigned));
      const reason = 'ordinal not in range(128)';
      return plain(name, () => new TableScanner(name, table, reason), ordinalWriter(name, 128));
    }
    case 'shift-jis':
      return plain(name, () => new ShiftJisScanner(name), multibyteWriter(name));
    case 'euc-jp':
      return plain(name, () => new EucJpScanner(name), multibyteWriter(name));
    case 'euc-kr':
      return plain(name, () => new EucKrScanner(name), multibyteWriter(name));
    case 'gb18030':
      return plain(name, () => new Gb18030Scanner(name), multibyteWriter(name));
    case 'cp932':
      return plain(name, () => new Cp932Scanner(name), multibyteWriter(name));
    case 'big5hkscs':
      return plain(name, () => new DoubleByteScanner(name), hkscsWriter(name));
    case 'iso-2022-jp':
      return {
        ...plain(name, () => new Iso2022JpScanner(), iso2022JpWriter(name)),
        extendsAscii: false,
        isStateful: true,
      };
    case 'cp949':
    case 'gb2312':
    case 'gbk':
    case 'big5':
      return plain(name, () => new DoubleByteScanner(name), multibyteWriter(name));
    default: {
      const table = singleByteTable(name);
      const reason = 'character maps to <undefined>';
      return plain(name, () => new TableScanner(name, table, reason), tableWriter(name, table));
    }
  }
}

function plain(name: EncodingName, scanner: () => Scanner, writer: CharacterWriter): Codec {
  return {
    name,
    width: 1,
    mark: null,
    extendsAscii: true,
    isStateful: false,
    unit: writer.longest === 1 ? 1 : 0,
    scanner,
    writer,
  };
}
