// Bytes to text and back, without files, for each encoding and each error handler.
import { expect } from 'chai';
import { canonicalEncoding } from '../../lib/text/aliases.js';
import type { ErrorHandlerName } from '../../lib/text/codec.js';
import { decodeAll } from '../../lib/text/decode-all.js';
import { Decoder } from '../../lib/text/decoder.js';
import { encode } from '../../lib/text/encoder.js';
import { findCodec } from '../../lib/text/registry.js';
import { hex } from '../support/text-files.js';

function decode(encoding: string, errors: ErrorHandlerName, ...pieces: string[]): string {
  const decoder = new Decoder(findCodec(encoding)!, errors);
  return pieces.map((piece, i) => decoder.decode(hex(piece), i === pieces.length - 1)).join('');
}

function encoded(text: string, encoding: string, errors: ErrorHandlerName): string {
  return encode(text, findCodec(encoding)!, errors).toString('latin1');
}

describe('text codecs', () => {
  it('reject names of encodings with a NUL or an additional character', () => {
    for (const name of ['utf-8\0', '\0ascii', 'latin\0-1', 'ut\u00e9f8', 'utf.8', ''])
      expect(canonicalEncoding(name), JSON.stringify(name)).to.equal(undefined);
  });

  it('accept any spelling of any alias of an encoding', () => {
    for (const [name, spellings] of Object.entries({
      'utf-8': ['utf-8', 'UTF8', 'utf_8', 'U8', 'Utf 8', 'utf--8'],
      'latin-1': ['latin-1', 'LATIN1', 'iso-8859-1', 'ISO_8859-1:1987', 'L1', 'iso8859-1', 'cp819'],
      ascii: ['ascii', 'US-ASCII', '646'],
      cp1252: ['cp1252', 'windows-1252', '1252'],
      'shift-jis': ['shift_jis', 'SJIS', 'shiftjis', 'csShiftJIS'],
      'utf-16-le': ['utf-16-le', 'UTF-16LE', 'utf_16_le'],
      'iso-8859-15': ['iso-8859-15', 'latin9', 'L9'],
      'koi8-r': ['koi8-r', 'KOI8_R'],
    })) {
      for (const spelling of spellings) expect(canonicalEncoding(spelling), spelling).to.equal(name);
    }
    for (const unknown of ['', 'utf-9', 'base64', 'constructor', '__proto__']) {
      expect(canonicalEncoding(unknown), unknown).to.equal(undefined);
    }
  });

  it('replace one maximal subpart by one U+FFFD', () => {
    expect(decode('utf-8', 'replace', 'f09f98')).to.equal('\ufffd');
    expect(decode('utf-8', 'replace', 'eda080')).to.equal('\ufffd\ufffd\ufffd');
    expect(decode('utf-8', 'replace', 'f09f9841 c0af e28241')).to.equal('\ufffdA\ufffd\ufffd\ufffdA');
    expect(decode('utf-8', 'replace', 'f4908080')).to.equal('\ufffd\ufffd\ufffd\ufffd');
  });

  it('decode characters that are split at any byte', () => {
    const text = 'aé€😀日\r\n';
    for (const encoding of ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-be', 'utf-32', 'gb18030']) {
      const codec = findCodec(encoding)!;
      const bytes = Buffer.concat([codec.mark ?? Buffer.alloc(0), encode(text, codec, 'strict')]).toString(
        'hex',
      );
      const whole = decode(encoding, 'strict', bytes);
      expect(whole, encoding).to.equal(text);
      for (let cut = 0; cut <= bytes.length; cut += 2) {
        expect(
          decode(encoding, 'strict', bytes.slice(0, cut), bytes.slice(cut)),
          `${encoding} at ${cut / 2}`,
        ).to.equal(text);
      }
    }
  });

  it('report which bytes are malformed, where and why', () => {
    for (const [bytes, start, end, reason] of [
      ['61ff62', 1, 2, 'invalid start byte'],
      ['61e282', 1, 3, 'unexpected end of data'],
      ['6162c341', 2, 3, 'invalid continuation byte'],
    ] as const) {
      expect(() => decode('utf-8', 'strict', bytes))
        .to.throw()
        .that.includes({
          code: 'ERR_UNICODE_DECODE',
          name: 'UnicodeDecodeError',
          encoding: 'utf-8',
          start,
          end,
          reason,
        });
    }
    expect(() => decode('utf-16-le', 'strict', '610000d86200'))
      .to.throw()
      .that.includes({ start: 2, end: 4 });
    expect(() => decode('utf-16', 'strict', '61006200'))
      .to.throw()
      .that.has.property('reason')
      .that.matches(/BOM/);
    expect(() => decode('cp1252', 'strict', '6181'))
      .to.throw()
      .that.includes({ start: 1, end: 2 });
    expect(() => decode('ascii', 'strict', '80'))
      .to.throw()
      .that.includes({ reason: 'ordinal not in range(128)' });
  });

  it('round-trip any bytes through surrogateescape', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const encoding of ['utf-8', 'ascii', 'cp1253', 'shift_jis', 'euc-kr', 'big5']) {
      const text = decode(encoding, 'surrogateescape', bytes.toString('hex'));
      expect(encode(text, findCodec(encoding)!, 'surrogateescape').equals(bytes), encoding).to.equal(true);
    }
  });

  it('escape four bytes of an incomplete sequence at a time, and decode again after them', () => {
    expect(decode('euc-kr', 'surrogateescape', 'a4d4a4b6a4c8a4')).to.equal(
      '\udca4\udcd4\udca4\udcb6\u3158\udca4',
    );
  });

  it('treat an incomplete escape sequence as one malformed byte', () => {
    const bytes = '1b24b62839f2742569633f303b656a6223';
    expect(decode('iso-2022-jp', 'ignore', bytes)).to.equal('$(9t%ic?0;ejb#');
    expect(() => decode('iso-2022-jp', 'strict', bytes))
      .to.throw()
      .that.includes({ start: 0, end: 1 });
  });

  it('report errors that surrogateescape does not handle', () => {
    for (const encoding of ['ascii', 'latin-1'])
      expect(() => encoded('a\udc82\u8dc3', encoding, 'surrogateescape'))
        .to.throw()
        .that.includes({ start: 2, end: 3 });
  });

  it('pass surrogates in the Unicode encodings, and only there', () => {
    expect(decode('utf-8', 'surrogatepass', 'ed', 'a0', '80')).to.equal('\ud800');
    for (const encoding of ['utf-8', 'utf-16-le', 'utf-16-be', 'utf-32-le']) {
      const bytes = encode('a\ud800b', findCodec(encoding)!, 'surrogatepass').toString('hex');
      expect(decode(encoding, 'surrogatepass', bytes), encoding).to.equal('a\ud800b');
    }
    expect(() => encoded('\ud800', 'latin-1', 'surrogatepass'))
      .to.throw()
      .that.includes({ code: 'ERR_UNICODE_ENCODE' });
  });

  it('write characters without an encoding as the error handler says', () => {
    const text = 'aé€😀';
    expect(encoded(text, 'ascii', 'ignore')).to.equal('a');
    expect(encoded(text, 'ascii', 'replace')).to.equal('a???');
    expect(encoded(text, 'ascii', 'backslashreplace')).to.equal('a\\xe9\\u20ac\\U0001f600');
    expect(encoded(text, 'latin-1', 'xmlcharrefreplace')).to.equal('a\xe9&#8364;&#128512;');
    expect(encoded(text, 'ascii', 'namereplace')).to.equal(
      'a\\N{LATIN SMALL LETTER E WITH ACUTE}\\N{EURO SIGN}\\N{GRINNING FACE}',
    );
    expect(encoded('\u0080한一', 'ascii', 'namereplace')).to.equal(
      '\\x80\\N{HANGUL SYLLABLE HAN}\\N{CJK UNIFIED IDEOGRAPH-4E00}',
    );
  });

  it('report characters without an encoding by their indices in the string', () => {
    const error = (() => {
      try {
        return encode('😀é日本x', findCodec('latin-1')!, 'strict');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).to.include({
      code: 'ERR_UNICODE_ENCODE',
      encoding: 'latin-1',
      start: 0,
      end: 2,
      object: '😀é日本x',
    });
    expect(() => encode('a\ud800', findCodec('utf-8')!, 'strict'))
      .to.throw()
      .that.includes({ start: 1, end: 2 });
  });

  it('decode a whole file to the same text as its pieces', () => {
    const options = { codec: findCodec('utf-8')!, errors: 'strict', newline: null } as const;
    expect(decodeAll(Buffer.from('a\r\nb\rc\n'), options)).to.equal('a\nb\nc\n');
    expect(decodeAll(Buffer.from('a\r\n'), { ...options, newline: '' })).to.equal('a\r\n');
    expect(decodeAll(Buffer.from('é\n'.repeat(200_000)), options)).to.have.length(400_000);
    const large = Buffer.concat([Buffer.alloc(600_000, 'a'), Buffer.from('\r')]);
    expect(decodeAll(large, options).endsWith('a\n')).to.equal(true);
  });
});
