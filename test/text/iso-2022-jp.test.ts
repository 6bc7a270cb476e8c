// ISO-2022-JP in files: positions where the bytes have switched to another character set, and several writes.
import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';

import { lines, open, readText } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

const encoding = 'iso-2022-jp';
const SWITCH = '\x1b$B';

describe('files in ISO-2022-JP', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;

  async function write(name: string, text: string): Promise<void> {
    await using file = await open(at(name), 'w', { encoding, newline: '' });
    await file.write(text);
  }

  it('have positions from which another handle can continue, and reject tell at all others', async function () {
    this.timeout(240_000);
    // Longer than a chunk, with lines that begin and end in each set.
    const text = Array.from({ length: 180 }, (_, i) => `日本${i}語\n¥${'x'.repeat(i % 7)}\r\n漢字\n\n`).join(
      '',
    );
    await write('a', text);
    await using file = await open(at('a'), 'r', { encoding, newline: '' });
    await using other = await open(at('a'), 'r', { encoding, newline: '' });
    const bytes = readFileSync(at('a'));
    const boundary = text.length - Math.ceil((bytes.length - 8192) / 2);
    for (let read = 0; read <= text.length; read++) {
      // At the start, and around the end of the first chunk.
      if (read > 200 && Math.abs(read - boundary) > 150) {
        await file.read(1);
        continue;
      }
      const place = await file.tell().catch((error: unknown) => (error as { code: string }).code);
      if (place === 'ERR_UNSUPPORTED_OPERATION') {
        expect(text[read], 'within Japanese text').to.match(/[本語字]/);
      } else {
        expect(await other.seek(place as number)).to.equal(place);
        expect(await other.readline()).to.equal(/^[^\n]*\n?/.exec(text.slice(read))![0]);
        expect(bytes.subarray(place as number).toString('latin1')).to.not.match(/^\(B/);
      }
      await file.read(1);
    }
  });

  it('have a position for each line, at which writing continues', async () => {
    const text = '日本\n語\nabc\n漢字\n';
    await write('a', text);
    await using file = await open(at('a'), 'r+', { encoding, newline: '' });
    const places: number[] = [await file.tell()];
    for await (const _line of file) places.push(await file.tell());
    expect(places).to.have.length(5);
    await file.seek(places[1]!);
    expect(await file.readline()).to.equal('語\n');
    await file.write('ABC\n');
    await file.seek(0);
    expect(await file.read()).to.equal('日本\n語\nABC\n漢字\n');
    await file.seek(places[0]!);
    expect(await file.read(1)).to.equal('日');
    expect((await rejection(file.write('x'))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await readText(at('a'), { encoding })).to.equal('日本\n語\nABC\n漢字\n');
  });

  it('begin and end every write in ASCII, so that files can be concatenated', async () => {
    await using file = await open(at('a'), 'w', { encoding, newline: '\n' });
    expect(await file.write('日')).to.equal(1);
    await file.write('本');
    await file.write('¥\n');
    await file.flush();
    const kanji = (code: string): string => `${SWITCH}${code}\x1b(B`;
    expect(readFileSync(at('a'), 'latin1')).to.equal(`${kanji('F|')}${kanji('K\\')}\x1b(J\\\x1b(B\n`);
    expect(await readText(at('a'), { encoding })).to.equal('日本¥\n');
  });

  it('return their last lines, and do not mistake bytes of another character set for line endings', async () => {
    writeFileSync(at('a'), `${SWITCH}F|K\\\x1b(B\nabc\n${SWITCH}8l\x1b(B\n`, 'latin1');
    const found: string[] = [];
    for await (const line of lines(at('a'), { last: 2, encoding })) found.push(line);
    expect(found).to.deep.equal(['abc', '語']);
    await using file = await open(at('a'), 'r', { encoding: 'ISO2022_JP' });
    expect(await file.readlines()).to.deep.equal(['日本\n', 'abc\n', '語\n']);
  });

  it('return a letter and its accent of Big5-HKSCS as two characters', async () => {
    await using file = await open(at('a'), 'w+', { encoding: 'big5hkscs' });
    expect(await file.write('Ê̄a\u{20021}')).to.equal(4);
    await file.flush();
    expect(readFileSync(at('a')).toString('hex')).to.match(/^886261/);
    await file.seek(0);
    expect(await file.read(2)).to.equal('Ê̄');
    expect(await file.tell()).to.equal(2);
    expect(await file.read()).to.equal('a\u{20021}');
  });
});
