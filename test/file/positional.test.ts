// Positional I/O runs in parallel and at exact offsets, independently of the handle's own position and buffer.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { type BinaryFile, open, type RawFile } from 'uvfiles';
import { codeOf, Folder, outcome, rejection } from '../support/files.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('positional I/O', () => {
  const folder = new Folder();

  it('rejects a list of ranges with a hole, as it rejects undefined', async () => {
    await using f = await open(folder.put('f', '0123'), 'rb');
    const holes: { position: number; size: number }[] = [];
    holes[1] = { position: 0, size: 1 };
    expect(await codeOf(f.readMany(holes))).to.equal('ERR_OUT_OF_RANGE');
    expect(await codeOf(f.readMany([undefined as never, holes[1]]))).to.equal('ERR_OUT_OF_RANGE');
  });

  it('treats -0 as 0, and never returns -0', async () => {
    await using f = await open(folder.put('f', '0123'), 'rb+');
    expect(await f.pread(2, -0)).to.deep.equal(bytes('01'));
    await f.seek(2);
    expect(Object.is(await f.seek(-0), 0)).to.equal(true);
    expect(Object.is(await f.tell(), 0)).to.equal(true);
    expect(Object.is(await f.truncate(-0), 0)).to.equal(true);
    await using text = await open(folder.at('f'));
    expect(Object.is(await text.seek(-0), 0)).to.equal(true);
    expect(Object.is(await text.seek(-0, 2), 0)).to.equal(true);
  });
  const both: [string, (mode: string, content: string | Buffer) => Promise<BinaryFile | RawFile>][] = [
    ['a binary file', (mode, content) => open(folder.put('f', content), mode as 'rb')],
    ['a raw file', (mode, content) => open(folder.put('f', content), mode as 'rb', { buffering: 0 })],
  ];

  for (const [kind, make] of both) {
    describe(`of ${kind}`, () => {
      it('reads at an offset and does not change the position', async () => {
        await using f = await make('rb', '0123456789');
        expect(await f.read(2)).to.deep.equal(bytes('01'));
        expect(await f.pread(3, 5)).to.deep.equal(bytes('567'));
        expect(await f.pread(3, 5n)).to.deep.equal(bytes('567'));
        expect(await f.pread(100, 8)).to.deep.equal(bytes('89'));
        expect(await f.pread(5, 10)).to.deep.equal(bytes(''));
        expect(await f.pread(5, 2 ** 53 - 1)).to.deep.equal(bytes(''));
        expect(await f.pread(0, 0)).to.deep.equal(bytes(''));
        const view = new Uint8Array(4);
        expect(await f.preadinto(view, 3)).to.equal(4);
        expect(Buffer.from(view)).to.deep.equal(bytes('3456'));
        expect(await f.read(2)).to.deep.equal(bytes('23'));
      });

      it('writes at an offset and does not change the position', async () => {
        await using f = await make('rb+', '0123456789');
        await f.read(1);
        expect(await f.pwrite(bytes('ab'), 4)).to.equal(2);
        expect(await f.pwrite(new Uint16Array([0x6463]), 20n)).to.equal(2);
        expect(folder.get('f')).to.equal(`0123ab6789${'\0'.repeat(10)}cd`);
        expect(await f.tell()).to.equal(1);
        expect(await f.read(4)).to.deep.equal(bytes('123a'));
      });

      it('returns the right bytes to each of hundreds of parallel reads', async () => {
        const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7 + (i >> 8)) % 256));
        await using f = await make('rb', content);
        const places = Array.from({ length: 600 }, (_, i) => (i * 7919) % 99_000);
        const results = await Promise.all(places.map((place, i) => f.pread(1 + (i % 900), place)));
        for (const [i, place] of places.entries()) {
          expect(results[i]?.equals(content.subarray(place, place + 1 + (i % 900)))).to.equal(true);
        }
        const many = await f.readMany(places.map((position) => ({ position, size: 10 })));
        for (const [i, place] of places.entries())
          expect(many[i]).to.deep.equal(content.subarray(place, place + 10));
        expect(await f.readMany([])).to.deep.equal([]);
      });

      it('writes hundreds of blocks in parallel, each at its offset', async () => {
        await using f = await make('wb+', '');
        const order = Array.from({ length: 500 }, (_, i) => (i * 37) % 500);
        await Promise.all(order.map((i) => f.pwrite(Buffer.alloc(8, i % 256), i * 8)));
        const written = fs.readFileSync(folder.at('f'));
        expect(written.length).to.equal(4000);
        for (let i = 0; i < 500; i++)
          expect(written.subarray(i * 8, i * 8 + 8)).to.deep.equal(Buffer.alloc(8, i % 256));
      });
    });
  }

  it('reads data that was written earlier and is still in the buffer', async () => {
    await using f = await open(folder.put('f'), 'wb+');
    await f.write(bytes('hello'));
    expect(await f.pread(5, 0)).to.deep.equal(bytes('hello'));
    void f.write(bytes(' world'));
    expect(await f.pread(20, 0)).to.deep.equal(bytes('hello world'));
    await f.write(bytes('!'));
    const view = new Uint8Array(12);
    expect(await f.preadinto(view, 0)).to.equal(12);
    await f.write(bytes('?'));
    await f.pwrite(bytes('H'), 0);
    expect(folder.get('f')).to.equal('Hello world!?');
  });

  it('makes a pwrite visible to every later read, even if data was read ahead', async () => {
    await using f = await open(folder.put('f', Buffer.alloc(1000, 'o')), 'rb+');
    await f.read(1);
    await f.pwrite(bytes('N'), 10);
    await f.seek(10);
    expect(await f.read(1)).to.deep.equal(bytes('N'));
    // Reads ahead again during the next write.
    await f.seek(2000);
    await f.seek(0);
    const written = f.pwrite(Buffer.alloc(500, 'M'), 100);
    await Promise.all([f.read(1), written]);
    await f.seek(100);
    expect((await f.read(500)).equals(Buffer.alloc(500, 'M'))).to.equal(true);
  });

  it('resolves or rejects with ClosedFileError when the file is closed at the same time', async () => {
    for (let round = 0; round < 50; round++) {
      const f = await open(folder.put('f', 'abcd'), 'rb+');
      await f.write(bytes('AB'));
      const reads = [f.pread(4, 0), f.pread(2, 2)].map(outcome);
      const closed = f.close();
      const late = outcome(f.pread(4, 0));
      expect(await Promise.all(reads)).to.deep.equal([bytes('ABcd'), bytes('cd')]);
      await closed;
      expect(await late).to.equal('ERR_FILE_CLOSED');
    }
  });

  it('rejects positions and sizes that are not exact integers in range', async () => {
    await using f = await open(folder.put('f', 'abc'), 'rb+');
    await using g = await open(folder.at('f'), 'rb+', { buffering: 0 });
    const bad = [1.5, Number.NaN, -1, '5', 2 ** 53, Infinity, -1n, 2n ** 63n, null, undefined, {}, [1], true];
    for (const each of bad as number[]) {
      for (const file of [f, g]) {
        expect(await rejection(file.pread(1, each)), String(each))
          .to.be.instanceOf(RangeError)
          .with.property('code', 'ERR_OUT_OF_RANGE');
        expect(await codeOf(file.preadinto(new Uint8Array(1), each))).to.equal('ERR_OUT_OF_RANGE');
        expect(await codeOf(file.pwrite(bytes('x'), each))).to.equal('ERR_OUT_OF_RANGE');
        expect(await codeOf(file.readMany([{ position: each, size: 1 }]))).to.equal('ERR_OUT_OF_RANGE');
        if (typeof each !== 'bigint')
          expect(await codeOf(file.pread(each, 0)), String(each)).to.equal('ERR_OUT_OF_RANGE');
      }
    }
    for (const each of [5, null, undefined, 'x', {}, [null], [5]]) {
      expect(await codeOf(f.readMany(each as never)), String(each)).to.match(
        /^ERR_INVALID_ARG_TYPE|ERR_OUT_OF_RANGE$/,
      );
    }
    expect(folder.get('f')).to.equal('abc');
  });

  it('passes 63-bit positions exactly', async () => {
    await using f = await open(folder.put('f', 'abc'), 'rb+');
    const largest = 2n ** 63n - 1n;
    expect(await f.pread(1, largest - 1n)).to.deep.equal(bytes(''));
    expect(await codeOf(f.pwrite(bytes('xy'), largest))).to.match(/^E(INVAL|FBIG)$/);
    const distinct = 2n ** 53n + 1n;
    expect(await outcome(f.pread(1, distinct))).to.deep.equal(bytes(''));
    expect(await codeOf(f.pwrite(bytes('x'), distinct * 1000n))).to.match(/^E(INVAL|FBIG)$/);
  });
});
