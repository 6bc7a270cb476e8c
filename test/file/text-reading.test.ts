// Reading text files: characters, lines, line endings, iteration, and what a failed read leaves behind.
import { expect } from 'chai';
import { open } from 'uvfiles';
import { fileOf, hex, rejection, removeFiles } from '../support/text-files.js';

describe('reading text', () => {
  after(removeFiles);

  it('counts code points and never splits a surrogate pair', async () => {
    await using f = await open(fileOf('a😀b😀'));
    expect(await f.read(2)).to.equal('a😀');
    expect(await f.readline(2)).to.equal('b😀');
    expect(await f.read(1)).to.equal('');
  });

  it('translates line endings by default, and only \\n, \\r and \\r\\n end lines', async () => {
    await using f = await open(fileOf('a\r\nb\rc\nd\u2028\u0085\x0be\r'));
    expect(await f.readlines()).to.deep.equal(['a\n', 'b\n', 'c\n', 'd\u2028\u0085\x0be\n']);
    expect(f.newlines).to.deep.equal(['\r', '\n', '\r\n']);
  });

  it('does not translate line endings with any other newline', async () => {
    const path = fileOf('a\r\nb\rc\n');
    for (const [newline, lines] of [
      ['', ['a\r\n', 'b\r', 'c\n']],
      ['\n', ['a\r\n', 'b\rc\n']],
      ['\r', ['a\r', '\nb\r', 'c\n']],
      ['\r\n', ['a\r\n', 'b\rc\n']],
    ] as const) {
      await using f = await open(path, 'r', { newline });
      expect(await f.readlines(), JSON.stringify(newline)).to.deep.equal(lines);
    }
  });

  it("returns \\r and \\n one by one with newline ''", async () => {
    await using f = await open(fileOf('\r\n'), 'r', { newline: '' });
    expect([await f.read(1), await f.tell(), await f.read(1), await f.read(1)]).to.deep.equal([
      '\r',
      1,
      '\n',
      '',
    ]);
  });

  it('finds line endings that are split between chunks', async () => {
    const line = `${'x'.repeat(8191)}\r\n`;
    for (const newline of [null, '', '\r\n'] as const) {
      await using f = await open(fileOf(line.repeat(40)), 'r', { newline });
      const lines: string[] = [];
      for await (const each of f) lines.push(each);
      expect(lines, JSON.stringify(newline)).to.have.length(40);
      expect(new Set(lines)).to.deep.equal(new Set([newline === null ? `${line.slice(0, -2)}\n` : line]));
    }
  });

  it('continues after the last line of an iteration, with any method', async () => {
    await using f = await open(fileOf('one\ntwo\nthree\nfour\n'));
    const seen: string[] = [];
    for await (const line of f) if (seen.push(line) === 1) break;
    expect(seen).to.deep.equal(['one\n']);
    expect(await f.tell()).to.equal(4);
    const [first, second] = [f[Symbol.asyncIterator](), f.lines()];
    expect((await first.next()).value).to.equal('two\n');
    expect((await second.next()).value).to.equal('three');
    expect(await f.readline()).to.equal('four\n');
    expect(await first.next()).to.deep.equal({ value: undefined, done: true });
  });

  it('iterates in batches, the last of which may be shorter', async () => {
    const path = fileOf(Array.from({ length: 25_000 }, (_, i) => `line ${i}\n`).join(''));
    await using f = await open(path);
    const sizes: number[] = [];
    let next = 0;
    for await (const lines of f.lines({ batch: 10_000 })) {
      sizes.push(lines.length);
      for (const line of lines) expect(line).to.equal(`line ${next++}`);
    }
    expect(sizes).to.deep.equal([10_000, 10_000, 5_000]);
    await f.seek(0);
    const seen: string[][] = [];
    for await (const lines of f.lines({ batch: 3, keepEnds: true })) if (seen.push(lines) === 1) break;
    expect(seen).to.deep.equal([['line 0\n', 'line 1\n', 'line 2\n']]);
    expect(await f.readline()).to.equal('line 3\n');
  });

  it('resolves unawaited calls in call order', async () => {
    await using f = await open(fileOf(Array.from({ length: 3000 }, (_, i) => `${i}\n`).join('')));
    const lines = await Promise.all(Array.from({ length: 3000 }, () => f.readline()));
    expect(lines).to.deep.equal(Array.from({ length: 3000 }, (_, i) => `${i}\n`));
  });

  it('stops readlines once the hint is exceeded', async () => {
    await using f = await open(fileOf('aa\nbb\ncc\n'));
    expect(await f.readlines(3)).to.deep.equal(['aa\n', 'bb\n']);
    expect(await f.readlines(-1)).to.deep.equal(['cc\n']);
  });

  it('reads data that is appended after the end was reached', async () => {
    const path = fileOf('a');
    await using f = await open(path);
    await using writer = await open(path, 'a');
    expect([await f.read(), await f.readline()]).to.deep.equal(['a', '']);
    await writer.write('b\n');
    await writer.flush();
    expect(await f.readline()).to.equal('b\n');
  });

  it('rejects malformed text with its position, and reads again after a seek', async () => {
    await using f = await open(fileOf(hex('61 62 0a ff')));
    const error = await rejection(f.readline());
    expect(error).to.include({ code: 'ERR_UNICODE_DECODE', start: 3, end: 4, reason: 'invalid start byte' });
    await f.seek(0);
    await f.reconfigure({ errors: 'replace' });
    expect(await f.read()).to.equal('ab\n\ufffd');
  });

  it('reads nothing if the signal is already aborted', async () => {
    await using f = await open(fileOf('one\ntwo\n'));
    expect(await f.readline()).to.equal('one\n');
    const error = await rejection(f.readline(-1, { signal: AbortSignal.abort('why') }));
    expect(error).to.include({ code: 'ABORT_ERR', cause: 'why' });
    expect(await f.readline()).to.equal('two\n');
  });

  it('rejects a read of a file that is open for writing only', async () => {
    await using f = await open(fileOf(''), 'w');
    for (const call of [f.read(), f.readline(), f.readlines(), f[Symbol.asyncIterator]().next()]) {
      expect(await rejection(call)).to.include({
        code: 'ERR_UNSUPPORTED_OPERATION',
        message: 'not readable: the file was opened for writing only', // no mode that the caller did not give
      });
    }
    await f.close();
    expect(await rejection(f.read())).to.include({ code: 'ERR_FILE_CLOSED' });
    expect(await rejection(f.read(1.5))).to.include({ code: 'ERR_FILE_CLOSED' });
  });
});
