// The code pages of Windows, DOS and Macintosh and GB 2312, each byte, each pair and each character compared with Python's codec.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Decoders from '../../lib/text/decoder.js';
import type * as Encoders from '../../lib/text/encoder.js';
import type * as Registry from '../../lib/text/registry.js';
import { root } from '../support/package.js';

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

interface Tables {
  bytes: (string | null)[];
  pairs: Record<string, (string | null)[]>;
  characters: (string | null)[];
  switched: (string | null)[] | null;
}

describe('code pages beside those of Python', function () {
  this.timeout(120_000);
  let tables: Record<string, Tables>;

  before(function () {
    const { error, stdout } = spawnSync('python3', ['-c', TABLES, ...ENCODINGS], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (error !== undefined) {
      console.log('      skipped: there is no python3');
      this.skip();
    }
    tables = JSON.parse(stdout) as Record<string, Tables>;
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
});
