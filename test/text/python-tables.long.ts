// Each codec compared with Python's: the code pages of Windows, DOS and Macintosh, GB 2312 and ISO-2022-JP for each byte, each pair
// and each character, and all of them for random bytes and random text, with each error handler.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { ErrorHandlerName } from '../../lib/text/codec.js';
import type * as Decoders from '../../lib/text/decoder.js';
import type * as Encoders from '../../lib/text/encoder.js';
import type * as Registry from '../../lib/text/registry.js';
import { root } from '../support/package.js';
import { skip } from '../support/skip.js';

const require = createRequire(import.meta.url);
const load = (name: string): unknown => require(path.join(root, 'dist/cjs/text', name));
const { Decoder } = load('decoder.js') as typeof Decoders;
const { encode } = load('encoder.js') as typeof Encoders;
const { findCodec } = load('registry.js') as typeof Registry;

const ENCODINGS = [
  ...['cp437', 'cp850', 'cp852', 'cp855', 'cp866', 'cp874', 'cp932', 'cp949'],
  ...['koi8-u', 'mac-roman', 'mac-cyrillic', 'gb2312', 'big5hkscs', 'iso-2022-jp'],
];

const TABLES = `
import json, sys
def decoded(b, e):
    try: return b.decode(e)
    except UnicodeDecodeError: return None
def encoded(c, e):
    try: return chr(c).encode(e).hex()
    except UnicodeEncodeError: return None
def tables(e):
    bytes_ = [decoded(bytes([b]), e) for b in range(256)]
    leads = [b for b in range(256) if bytes_[b] is None]
    pairs = {b: [decoded(bytes([b, t]), e) for t in range(256)] for b in leads}
    characters = [None if 0xd800 <= c < 0xe000 else encoded(c, e) for c in range(0x30000 if e == 'big5hkscs' else 0x10000)]
    switched = [decoded(b'\\x1b$B' + bytes([b, t]), e) for b in range(0x20, 0x80) for t in range(0x20, 0x80)] if e == 'iso-2022-jp' else None
    return {'bytes': bytes_, 'pairs': pairs, 'characters': characters, 'switched': switched}
json.dump({e: tables(e) for e in sys.argv[1:]}, sys.stdout)`;

const OTHERS = [
  ...['shift_jis', 'euc-jp', 'euc-kr', 'gbk', 'gb18030', 'big5', 'koi8-r', 'latin-1', 'ascii'],
  ...['cp1250', 'cp1251', 'cp1252', 'cp1253', 'cp1254', 'cp1255', 'cp1256', 'cp1257', 'cp1258'],
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16].map((part) => `iso-8859-${part}`),
];
const SEED = 15;

// Bytes at random, characters of the encoding with some bytes changed, such that are cut off, and text with characters that
// it lacks. Text goes as the numbers of its code points: JSON has no lone surrogates.
const RANDOM = `
import json, random, sys
random.seed(int(sys.argv[1]))
areas = [(0x20, 0x7f), (0xa0, 0x180), (0x370, 0x460), (0x2010, 0x2030), (0x2500, 0x25a0), (0x3000, 0x3100), (0x4e00, 0x9fa6),
         (0xac00, 0xd7a4), (0xdc80, 0xdd00), (0xe000, 0xe100), (0xff00, 0xffe6), (0x20000, 0x20100), (0x1f600, 0x1f610)]
def some(of, most): return ''.join(random.choice(of) for _ in range(random.randint(1, most)))
def attempt(work):
    try: return work()
    except UnicodeError as error: return {'start': error.start, 'end': error.end}
def points(text): return [ord(c) for c in text]
def cases(e):
    known = [chr(c) for c in range(0x10000) if not 0xd800 <= c < 0xe000 and not isinstance(attempt(lambda: chr(c).encode(e)), dict)]
    for i in range(300):
        if i % 3 == 0: data = bytes(random.randrange(256) for _ in range(random.randint(1, 14)))
        else:
            data = bytearray(some(known, 14).encode(e))
            if i % 3 == 1:
                for _ in range(random.randint(0, 2)): data[random.randrange(len(data))] = random.randrange(256)
            else: data = data[:random.randint(0, len(data))]
            if e == 'iso-2022-jp':
                data += random.choice([b'\\x1b$B', b'\\x1b(B', b'\\x1b(J', b'\\x1b$@', b'\\x1b', b'\\x1b$', b'\\x1b(I', b'\\x1b$B0', b'\\n', b'\\x80'])
                data += bytes(random.randrange(0x20, 0x80) for _ in range(random.randint(0, 20)))
        data = bytes(data)
        for errors in ['strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape']:
            text = attempt(lambda: points(data.decode(e, errors)))
            yield {'errors': errors, 'bytes': data.hex(), 'text': text}
    for i in range(300):
        text = ''.join(chr(random.randrange(*random.choice(areas))) if random.random() < 0.4 else random.choice(known)
                       for _ in range(random.randint(1, 12)))
        for errors in ['strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape', 'xmlcharrefreplace', 'namereplace']:
            yield {'errors': errors, 'from': points(text), 'bytes': attempt(lambda: text.encode(e, errors).hex())}
json.dump({e: list(cases(e)) for e in sys.argv[2:]}, sys.stdout)`;

interface Span {
  start: number;
  end: number;
}

/** Bytes and their text, or (with `from`) text and its bytes. */
type Case =
  | { errors: ErrorHandlerName; from?: undefined; bytes: string; text: number[] | Span }
  | { errors: ErrorHandlerName; from: number[]; bytes: string | Span };

interface Tables {
  bytes: (string | null)[];
  pairs: Record<string, (string | null)[]>;
  characters: (string | null)[];
  switched: (string | null)[] | null;
}

describe('code pages compared with those of Python', function () {
  this.timeout(240_000);
  let tables: Record<string, Tables>;
  let cases: Record<string, Case[]>;

  function python(this: Mocha.Context, program: string, ...args: readonly string[]): unknown {
    const { error, stdout } = spawnSync('python3', ['-c', program, ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (error !== undefined) skip(this, 'there is no python3');
    return JSON.parse(stdout);
  }

  before(function () {
    tables = python.call(this, TABLES, ...ENCODINGS) as Record<string, Tables>;
    cases = python.call(this, RANDOM, String(SEED), ...ENCODINGS, ...OTHERS) as Record<string, Case[]>;
  });

  for (const encoding of ENCODINGS) {
    it(encoding, () => {
      const codec = findCodec(encoding)!;
      const attempt = <T>(work: () => T): T | null => {
        try {
          return work();
        } catch {
          return null;
        }
      };
      const decode = (...bytes: number[]): string | null =>
        attempt(() => new Decoder(codec, 'strict').decode(Buffer.from(bytes), true));
      const write = (codePoint: number): string | null =>
        encode(String.fromCodePoint(codePoint), codec, 'ignore').toString('hex') || null;
      const { bytes, pairs, characters, switched } = tables[encoding]!;
      expect(bytes.map((_, byte) => decode(byte))).to.deep.equal(bytes);
      for (const [lead, expected] of Object.entries(pairs))
        expect(expected.map((_, trail) => decode(Number(lead), trail))).to.deep.equal(expected);
      expect(
        characters.map((_, codePoint) => ((codePoint & 0xf800) === 0xd800 ? null : write(codePoint))),
      ).to.deep.equal(characters);
      if (switched === null) return;
      const cells = Array.from({ length: 0x60 * 0x60 }, (_, i) => [
        0x20 + Math.floor(i / 0x60),
        0x20 + (i % 0x60),
      ]);
      expect(cells.map((cell) => decode(0x1b, 0x24, 0x42, ...cell))).to.deep.equal(switched);
    });
  }

  for (const encoding of [...ENCODINGS, ...OTHERS]) {
    it(`${encoding}, random bytes and text with each error handler (seed ${SEED})`, () => {
      const codec = findCodec(encoding)!;
      const spanOf = <T>(work: () => T): T | Span => {
        try {
          return work();
        } catch (error) {
          const { start, end } = error as Span;
          return { start, end };
        }
      };
      const pointsOf = (text: string): number[] => Array.from(text, (each) => each.codePointAt(0)!);
      for (const each of cases[encoding]!) {
        const { errors } = each;
        if (each.from !== undefined) {
          const text = String.fromCodePoint(...each.from);
          const bytes = spanOf(() => encode(text, codec, errors).toString('hex'));
          // Python counts code points.
          const count = (units: number): number => pointsOf(text.slice(0, units)).length;
          const found =
            typeof bytes === 'string' ? bytes : { start: count(bytes.start), end: count(bytes.end) };
          expect(found, JSON.stringify(each)).to.deep.equal(each.bytes);
          continue;
        }
        const bytes = Buffer.from(each.bytes, 'hex');
        const whole = spanOf(() => pointsOf(new Decoder(codec, errors).decode(bytes, true)));
        expect(whole, JSON.stringify(each)).to.deep.equal(each.text);
        if (!Array.isArray(whole)) continue;
        const decoder = new Decoder(codec, errors);
        let text = '';
        for (const byte of bytes) text += decoder.decode(Buffer.of(byte), false);
        text += decoder.decode(Buffer.alloc(0), true);
        expect(pointsOf(text), `byte by byte: ${JSON.stringify(each)}`).to.deep.equal(each.text);
      }
    });
  }
});
