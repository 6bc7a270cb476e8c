// Positions in text are exact byte offsets, regardless of how much has been decoded ahead.
import { expect } from 'chai';
import { open } from 'uvfiles';
import { findCodec } from '../../lib/text/registry.js';
import { encode } from '../../lib/text/encoder.js';
import { bytesOf, fileOf, hex, rejection, removeFiles } from '../support/text-files.js';

const text = 'aé日😀\r\nb\n\rж\r\r\nend';

describe('positions in text', () => {
  after(removeFiles);

  it('are the byte offsets of the next character, for every encoding and newline', async () => {
    for (const encoding of ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-be', 'utf-32', 'gb18030']) {
      const codec = findCodec(encoding)!;
      const mark = codec.mark?.length ?? 0;
      const path = fileOf(Buffer.concat([codec.mark ?? Buffer.alloc(0), encode(text, codec, 'strict')]));
      await using f = await open(path, 'r', { encoding, newline: '' });
      let before = '';
      for (let c; (c = await f.read(1)) !== '';) {
        before += c;
        expect(await f.tell(), `${encoding} after ${JSON.stringify(before)}`).to.equal(
          mark + encode(before, codec, 'strict').length,
        );
      }
    }
  });

  it('lead back to the same character', async () => {
    for (const encoding of ['utf-8', 'utf-8-sig', 'utf-16', 'utf-32', 'gb18030']) {
      const codec = findCodec(encoding)!;
      const path = fileOf(Buffer.concat([codec.mark ?? Buffer.alloc(0), encode(text, codec, 'strict')]));
      for (const newline of [null, '', '\n', '\r\n'] as const) {
        await using f = await open(path, 'r', { encoding, newline });
        const whole = await f.read();
        await f.seek(0);
        const places: number[] = [0];
        while ((await f.read(1)) !== '') places.push(await f.tell());
        const characters = [...whole];
        for (let i = characters.length; i >= 0; i--) {
          await f.seek(places[i]!);
          expect(await f.read(), `${encoding} ${JSON.stringify(newline)} ${i}`).to.equal(
            characters.slice(i).join(''),
          );
        }
      }
    }
  });

  it('are valid in another handle, including the byte order', async () => {
    const path = fileOf(hex('feff 0061 0062 0063'));
    await using f = await open(path, 'r', { encoding: 'utf-16' });
    await f.seek(4);
    expect(await f.read()).to.equal('bc');
  });

  it('are exact with replaced bytes and in legacy encodings', async () => {
    await using f = await open(fileOf(hex('61 ff e282 62 0d0a 63')), 'r', { errors: 'replace' });
    const told: number[] = [];
    while ((await f.read(1)) !== '') told.push(await f.tell());
    expect(told).to.deep.equal([1, 2, 4, 5, 7, 8]);
    await using g = await open(fileOf(hex('93fa 967b b1 0a 61')), 'r', { encoding: 'shift_jis' });
    expect([await g.read(1), await g.tell()]).to.deep.equal(['日', 2]);
    expect([await g.readline(), await g.tell()]).to.deep.equal(['本ｱ\n', 6]);
  });

  it('accept only an offset of 0 from the current position and the end', async () => {
    await using f = await open(fileOf('abc\n'));
    await f.read(1);
    expect(await f.seek(0, 1)).to.equal(1);
    expect(await f.seek(0, 2)).to.equal(4);
    expect(await rejection(f.seek(1, 1))).to.include({ code: 'ERR_UNSUPPORTED_OPERATION' });
    expect(await rejection(f.seek(-1, 2))).to.include({ code: 'ERR_UNSUPPORTED_OPERATION' });
    for (const offset of [-1, 1.5, NaN, '5' as any]) {
      expect(await rejection(f.seek(offset))).to.include({ code: 'ERR_OUT_OF_RANGE' });
    }
    expect(await rejection(f.seek(0, 3 as any))).to.include({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(await f.seek(2n)).to.equal(2);
    expect(await f.read()).to.equal('c\n');
  });

  it('are the default size of truncate', async () => {
    const path = fileOf('one\ntwo\n');
    await using f = await open(path, 'r+');
    await f.readline();
    expect(await f.truncate()).to.equal(4);
    expect([await f.tell(), await f.read()]).to.deep.equal([4, '']);
    expect(bytesOf(path)).to.equal(Buffer.from('one\n').toString('hex'));
  });

  it('are exact after malformed bytes that only later bytes reveal, wherever a chunk ends', async () => {
    // 81 30 36 begins no sequence of GB 18030, which its fourth byte shows; 84 31 begins one.
    for (let before = 8180; before < 8196; before++) {
      const path = fileOf(
        Buffer.concat([Buffer.alloc(before, 'a'), hex('81 30 36 84 31 9b 37'), Buffer.from('\r\nb')]),
      );
      for (const newline of [null, '\n'] as const) {
        await using f = await open(path, 'r', { encoding: 'gb18030', errors: 'replace', newline });
        await f.read(before);
        const told: [string, number][] = [];
        for (let i = 0; i < 4; i++) told.push([await f.read(1), (await f.tell()) - before]);
        expect(told, `after ${before} letters`).to.deep.equal([
          ['\ufffd', 1],
          ['0', 2],
          ['6', 3],
          ['\uff9d', 7],
        ]);
      }
    }
  });

  it('apply to the binary file after detach', async () => {
    const f = await open(fileOf('one\ntwo\n'));
    await f.readline();
    await using binary = f.detach();
    expect((await binary.read()).toString()).to.equal('two\n');
    expect(await rejection(f.read())).to.include({ code: 'ERR_FILE_CLOSED' });
    expect(() => f.detach())
      .to.throw()
      .that.includes({ code: 'ERR_FILE_CLOSED' });
  });

  it('allow a change of the encoding before and after text, but not within it', async () => {
    await using f = await open(fileOf(hex('e9 0a e9')), 'r', { encoding: 'latin-1' });
    expect(await f.readline()).to.equal('é\n');
    expect(await rejection(f.reconfigure({ encoding: 'cp1251' }))).to.include({
      code: 'ERR_UNSUPPORTED_OPERATION',
    });
    await f.seek(0);
    await f.reconfigure({ encoding: 'cp1251' });
    expect([f.encoding, f.errors, await f.read()]).to.deep.equal(['cp1251', 'strict', 'й\nй']);
    expect(await rejection(f.reconfigure({ encoding: 'nonsense' }))).to.include({
      code: 'ERR_UNKNOWN_ENCODING',
    });
  });
});
