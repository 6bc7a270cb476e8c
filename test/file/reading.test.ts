// BinaryFile, reading: read-ahead, lines, views; positions and ends of file.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { type BinaryFile, open } from 'uvfiles';
import { skip } from '../support/skip.js';
import { codeOf, Folder } from '../support/files.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('reading a binary file', () => {
  const folder = new Folder();
  const reading = (content: string | Buffer, buffering = 8): Promise<BinaryFile> =>
    open(folder.put('f', content), 'rb', { buffering });
  const long = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

  it('returns the requested bytes from the buffer and beyond it', async () => {
    for (const buffering of [2, 8, 64, 4096, -1]) {
      await using f = await reading(long, buffering);
      const parts: Buffer[] = [];
      for (const size of [1, 2, 7, 8, 9, 0, 30, 100, 500, 1000, 10]) parts.push(await f.read(size));
      expect(Buffer.concat(parts)).to.deep.equal(long);
      expect(parts.map((part) => part.length)).to.deep.equal([1, 2, 7, 8, 9, 0, 30, 100, 500, 343, 0]);
    }
  });

  it('returns separate memory: changing a result changes no later result', async () => {
    await using f = await reading('abcdefghij');
    (await f.peek()).fill(0);
    (await f.read(2)).fill(0);
    await f.seek(0);
    expect(await f.read()).to.deep.equal(bytes('abcdefghij'));
  });

  it('does not copy the data of a read that is larger than the buffer', async () => {
    const content = Buffer.alloc(300_000, 'content ');
    await using f = await reading(content, 65_536);
    const concat = Buffer.concat.bind(Buffer);
    const original = Object.getOwnPropertyDescriptor(Buffer, 'concat')!;
    let copied = 0;
    Buffer.concat = (list, length) => {
      const joined = concat(list, length);
      copied += joined.length;
      return joined;
    };
    try {
      expect((await f.read(100_000)).equals(content.subarray(0, 100_000))).to.equal(true);
      expect((await f.read(300_000)).equals(content.subarray(100_000))).to.equal(true);
    } finally {
      Object.defineProperty(Buffer, 'concat', original);
    }
    expect(copied).to.equal(0);
  });

  it('reads to the end without a size, and later data after the file has grown', async () => {
    await using f = await reading('abcdef');
    await f.read(1);
    expect(await f.read()).to.deep.equal(bytes('bcdef'));
    expect(await f.read()).to.deep.equal(bytes(''));
    expect(await f.read(1)).to.deep.equal(bytes(''));
    expect(await f.readline()).to.deep.equal(bytes(''));
    fs.appendFileSync(folder.at('f'), 'new\nlines');
    expect(await f.readline()).to.deep.equal(bytes('new\n'));
    expect(await f.readall()).to.deep.equal(bytes('lines'));
  });

  it('reads lines with their line endings, up to a requested length', async () => {
    await using f = await reading('one\ntwo is longer than the buffer\n\nlast');
    expect(await f.readline()).to.deep.equal(bytes('one\n'));
    expect(await f.readline(3)).to.deep.equal(bytes('two'));
    expect(await f.readline(0)).to.deep.equal(bytes(''));
    expect(await f.readline(12)).to.deep.equal(bytes(' is longer t'));
    expect(await f.readline(-1)).to.deep.equal(bytes('han the buffer\n'));
    expect(await f.readline(1)).to.deep.equal(bytes('\n'));
    expect(await f.readline(100)).to.deep.equal(bytes('last'));
    expect(await f.readline()).to.deep.equal(bytes(''));
  });

  it('reads all lines, or lines until their length exceeds the hint', async () => {
    await using f = await reading('1\n22\n333\n4444\n');
    expect((await f.readlines(4)).join('|')).to.equal('1\n|22\n');
    expect((await f.readlines(0)).join('|')).to.equal('333\n|4444\n');
    await f.seek(0);
    expect((await f.readlines(null)).length).to.equal(4);
    expect(await f.readlines()).to.deep.equal([]);
  });

  it('iterates over lines, and continues after the last one', async () => {
    await using f = await reading('a\nb\nc\nd');
    for await (const line of f) {
      if (line.equals(bytes('b\n'))) break;
    }
    expect(await f.tell()).to.equal(4);
    const one = f[Symbol.asyncIterator]();
    const other = f.lines();
    expect((await one.next()).value).to.deep.equal(bytes('c\n'));
    expect((await other.next()).value).to.deep.equal(bytes('d'));
    expect(await one.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('returns lines without line endings, and in batches', async () => {
    await using f = await reading('a\nb\n\nc', 4096);
    const lines: string[] = [];
    for await (const line of f.lines()) lines.push(line.toString());
    expect(lines).to.deep.equal(['a', 'b', '', 'c']);
    await f.seek(0);
    const batches: string[][] = [];
    for await (const batch of f.lines({ batch: 3, keepEnds: true })) batches.push(batch.map(String));
    expect(batches).to.deep.equal([['a\n', 'b\n', '\n'], ['c']]);
    expect(await codeOf(f.lines({ batch: 0 }).next())).to.equal('ERR_OUT_OF_RANGE');
    expect(
      await codeOf((f.lines({ keepEnds: 1 } as never) as AsyncIterableIterator<Buffer>).next()),
    ).to.equal('ERR_INVALID_ARG_TYPE');
  });

  it('peeks without moving, and returns the available bytes from read1', async () => {
    await using f = await reading(long, 16);
    expect(await f.peek(1)).to.deep.equal(long.subarray(0, 16));
    expect(await f.tell()).to.equal(0);
    expect(await f.read1(4)).to.deep.equal(long.subarray(0, 4));
    expect(await f.read1(100)).to.deep.equal(long.subarray(4, 16));
    expect(await f.read1(5)).to.deep.equal(long.subarray(16, 21));
    expect(await f.read1(0)).to.deep.equal(bytes(''));
    await f.seek(0);
    expect((await f.read1()).length).to.equal(16);
    expect((await f.read1(-1)).length).to.equal(16);
  });

  it('fills views of any size from buffer and file', async () => {
    for (const buffering of [2, 16, 4096]) {
      await using f = await reading(long, buffering);
      const got: Buffer[] = [];
      for (const size of [3, 1, 16, 0, 40, 200, 2000]) {
        const view = new Uint8Array(size + 4).subarray(2, size + 2);
        const count = await f.readinto(view);
        got.push(Buffer.from(view.subarray(0, count)));
        expect(new Uint8Array(view.buffer, 0, 2)).to.deep.equal(new Uint8Array(2));
      }
      expect(Buffer.concat(got)).to.deep.equal(long);
      expect(await f.readinto(new Uint8Array(5))).to.equal(0);
      await f.seek(990);
      expect(await f.readinto1(new Float64Array(10))).to.equal(10);
    }
  });

  it('seeks within and beyond what it has read ahead', async () => {
    await using f = await reading(long, 100);
    for (const place of [0, 50, 10, 99, 100, 101, 500, 499, 450, 999, 1000, 3, 2000, 0]) {
      expect(await f.seek(place)).to.equal(place);
      expect(await f.tell()).to.equal(place);
      expect(await f.read(2)).to.deep.equal(long.subarray(place, place + 2));
    }
    await f.seek(10);
    expect(await f.seek(5, 1)).to.equal(15);
    expect(await f.read(1)).to.deep.equal(long.subarray(15, 16));
    expect(await f.seek(-10, 1)).to.equal(6);
    expect(await f.seek(-1, 2)).to.equal(999);
    expect(await f.seek(1n, 0)).to.equal(1);
    expect(await codeOf(f.seek(-10, 1))).to.equal('EINVAL');
    expect(await f.tell()).to.equal(1);
    expect(await f.read(1)).to.deep.equal(long.subarray(1, 2));
    expect(await codeOf(f.seek(-1001, 2))).to.equal('EINVAL');
    expect(await f.read(1)).to.deep.equal(long.subarray(2, 3));
  });

  it('reads one line of a file that reports no size', async function () {
    if (process.platform !== 'linux') skip(this, '/proc is only on Linux');
    await using f = await open('/proc/self/status', 'rb');
    expect((await f.readline()).toString()).to.match(/^Name:/);
    expect((await f.read()).length).to.be.greaterThan(500);
    expect(await f.read()).to.deep.equal(bytes(''));
  });

  it('is closed by await using', async () => {
    let kept: BinaryFile;
    {
      await using f = await reading('abc');
      kept = f;
      expect(f.closed).to.equal(false);
    }
    expect(kept.closed).to.equal(true);
    expect(await codeOf(kept.read())).to.equal('ERR_FILE_CLOSED');
  });
});
