// Writing text files: line endings, byte order marks, buffering by lines, and what a failed write leaves behind.
import { EOL } from 'node:os';
import { expect } from 'chai';
import { open } from 'uvfiles';
import { bytesOf, fileOf, rejection, removeFiles } from '../support/text-files.js';

describe('writing text', () => {
  after(removeFiles);

  it('counts code points', async () => {
    await using f = await open(fileOf(null), 'w');
    expect(await f.write('aé😀')).to.equal(3);
    expect(await f.write('')).to.equal(0);
  });

  it('translates \\n as the option newline says', async () => {
    for (const [newline, written] of [
      [null, `a${EOL}b\r`],
      ['', 'a\nb\r'],
      ['\n', 'a\nb\r'],
      ['\r', 'a\rb\r'],
      ['\r\n', 'a\r\nb\r'],
    ] as const) {
      const path = fileOf(null);
      await using f = await open(path, 'w', { newline });
      await f.write('a\nb\r');
      await f.flush();
      expect(Buffer.from(bytesOf(path), 'hex').toString()).to.equal(written);
    }
  });

  it('begins a file with one byte order mark, and again after seek(0)', async () => {
    for (const [encoding, mark, letters] of [
      ['utf-8-sig', 'efbbbf', ['61', '62', '63']],
      ['utf-16', 'fffe', ['6100', '6200', '6300']],
      ['utf-32', 'fffe0000', ['61000000', '62000000', '63000000']],
    ] as const) {
      const path = fileOf(null);
      await using f = await open(path, 'w', { encoding });
      await f.write('a');
      await f.write('b');
      await f.flush();
      expect(bytesOf(path), encoding).to.equal(mark + letters[0] + letters[1]);
      await f.seek(0);
      await f.write('b');
      await f.close();
      expect(bytesOf(path), encoding).to.equal(mark + letters[1] + letters[1]);
      await using appending = await open(path, 'a', { encoding });
      await appending.write('c');
      await appending.close();
      expect(bytesOf(path), encoding).to.equal(mark + letters[1] + letters[1] + letters[2]);
    }
  });

  it('writes no part of a string that cannot be encoded', async () => {
    const path = fileOf(null);
    await using f = await open(path, 'w', { encoding: 'utf-16' });
    expect(await rejection(f.write('fine \ud800'))).to.include({
      code: 'ERR_UNICODE_ENCODE',
      start: 5,
      end: 6,
    });
    await f.write('a');
    await f.close();
    expect(bytesOf(path)).to.equal('fffe6100');
  });

  it('writes at the position of the next unread character', async () => {
    const path = fileOf('one\ntwo\nthree\n');
    await using f = await open(path, 'r+');
    expect(await f.readline()).to.equal('one\n');
    await f.write('TWO');
    expect(await f.readline()).to.equal('\n');
    await f.close();
    expect(Buffer.from(bytesOf(path), 'hex').toString()).to.equal('one\nTWO\nthree\n');
  });

  it('continues to read in the byte order of the mark that it has written', async () => {
    await using f = await open(fileOf(Buffer.from('aabb', 'utf16le')), 'r+', { encoding: 'utf-16' });
    await f.write('x');
    expect(await f.read()).to.equal('bb');
  });

  it('flushes at each line ending with buffering 1', async () => {
    const path = fileOf(null);
    await using f = await open(path, 'w', { buffering: 1 });
    expect(f.lineBuffering).to.equal(true);
    await f.write('a');
    expect(bytesOf(path)).to.equal('');
    await f.write('b\nc');
    const flushed = Buffer.from(`ab${EOL}c`).toString('hex');
    expect(bytesOf(path)).to.equal(flushed);
    await f.reconfigure({ lineBuffering: false });
    await f.write('\n');
    expect(bytesOf(path)).to.equal(flushed);
  });

  it('performs unawaited writes in call order', async () => {
    const path = fileOf(null);
    await using f = await open(path, 'w');
    const expected = Array.from({ length: 3000 }, (_, i) => `${i}${EOL}`).join('');
    for (let i = 0; i < 3000; i++) void f.write(`${i}\n`);
    await f.close();
    expect(Buffer.from(bytesOf(path), 'hex').toString()).to.equal(expected);
  });

  it('writes the strings of any iterable, and those before an error of the iterable', async () => {
    const path = fileOf(null);
    await using f = await open(path, 'w', { encoding: 'ascii' });
    await f.writelines(
      (async function* () {
        yield 'a\n';
        yield 'b\n';
      })(),
    );
    const failed = f.writelines(['c', 'é', 'd']);
    void f.write('e');
    expect(await rejection(failed)).to.include({ code: 'ERR_UNICODE_ENCODE' });
    expect(await rejection(f.write(1 as any))).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    await f.close();
    expect(Buffer.from(bytesOf(path), 'hex').toString()).to.equal(`a${EOL}b${EOL}ce`);
  });

  it('rejects when its signal is aborted while its source is waiting, and keeps the earlier strings', async () => {
    const path = fileOf(null);
    const controller = new AbortController();
    await using f = await open(path, 'w');
    const failed = f.writelines(
      (async function* () {
        yield 'one\n';
        setImmediate(() => controller.abort());
        await new Promise(() => undefined);
      })(),
      { signal: controller.signal },
    );
    expect(await rejection(failed)).to.include({ code: 'ABORT_ERR' });
    await f.writelines('23', { signal: new AbortController().signal });
    await f.flush();
    expect(Buffer.from(bytesOf(path), 'hex').toString()).to.equal(`one${EOL}23`);
  });
});
