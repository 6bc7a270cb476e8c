// Stateful calls that are not awaited run one after another, in call order. A close runs after all of them.
import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { open } from 'uvfiles';
import { codeOf, Folder, outcome } from '../support/files.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('calls made without waiting', () => {
  const folder = new Folder();

  it('return 3,000 lines in order from 3,000 readline calls', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} ${'x'.repeat(i % 90)}\n`);
    for (const buffering of [16, 4096, -1]) {
      await using f = await open(folder.put('f', lines.join('')), 'rb', { buffering });
      const read = await Promise.all(lines.map(() => f.readline()));
      expect(read.map(String)).to.deep.equal(lines);
      expect(await f.readline()).to.deep.equal(bytes(''));
    }
  });

  for (const buffering of [0, 16, -1]) {
    it(`keep their order with buffering ${buffering}`, async () => {
      const f = await open(folder.put('f'), 'wb+', { buffering: buffering as 0 });
      const parts = Array.from({ length: 500 }, (_, i) => Buffer.alloc(1 + ((i * 31) % 60), 97 + (i % 26)));
      void Promise.all(parts.map((part) => f.write(part)));
      const told = f.tell();
      const sought = f.seek(0);
      const all = f.read();
      const rest = f.read(10);
      await f.close();
      const expected = Buffer.concat(parts);
      expect(await told).to.equal(expected.length);
      expect(await sought).to.equal(0);
      expect((await all).equals(expected)).to.equal(true);
      expect(await rest).to.deep.equal(bytes(''));
      expect(folder.get('f')).to.equal(expected.toString('latin1'));
    });

    it(`mix reads, writes, seeks and truncations in order with buffering ${buffering}`, async () => {
      await using f = await open(folder.put('f', '0123456789'), 'rb+', { buffering: buffering as 0 });
      const results = await Promise.all([
        f.read(2),
        f.write(bytes('AB')),
        f.read(1),
        f.seek(0),
        f.read(5),
        f.truncate(7),
        f.read(),
        f.writelines([bytes('x'), bytes('y')]),
        f.tell(),
        f.flush(),
        f.seek(-4, 2),
        f.read(),
      ]);
      expect(results).to.deep.equal([
        bytes('01'),
        2,
        bytes('4'),
        0,
        bytes('01AB4'),
        7,
        bytes('56'),
        undefined,
        9,
        undefined,
        5,
        bytes('56xy'),
      ]);
    });
  }

  it('reject immediately after a close, and closing again has no effect', async () => {
    const f = await open(folder.put('f'), 'wb+');
    const written = f.write(bytes('abc'));
    const closing = f.close();
    expect(f.closed).to.equal(true);
    const late = [
      f.write(bytes('x')),
      f.read(),
      f.flush(),
      f.tell(),
      f.seek(0),
      f.truncate(),
      f.sync(),
      f.stat(),
      f.readline(),
      f.isatty(),
      f.seekable(),
    ];
    for (const each of late) expect(await codeOf(each)).to.equal('ERR_FILE_CLOSED');
    expect(() => f.fileno())
      .to.throw()
      .with.property('code', 'ERR_FILE_CLOSED');
    expect(() => f.readable())
      .to.throw()
      .with.property('code', 'ERR_FILE_CLOSED');
    expect(await written).to.equal(3);
    await Promise.all([closing, f.close(), f.close()]);
    await f.close();
    expect(folder.get('f')).to.equal('abc');
  });

  it('include the steps of an iterator in the order', async () => {
    await using f = await open(folder.put('f', 'a\nb\nc\nd\n'), 'rb');
    const lines = f[Symbol.asyncIterator]();
    const results = await Promise.all([
      lines.next(),
      f.readline(),
      lines.next(),
      f.tell(),
      lines.next(),
      lines.next(),
    ]);
    expect(
      results.map((each) => (typeof each === 'object' && 'done' in each ? String(each.value) : String(each))),
    ).to.deep.equal(['a\n', 'b\n', 'c\n', '6', 'd\n', 'undefined']);
  });

  it('continue after a failed call', async () => {
    await using f = await open(folder.put('f', 'abc'), 'rb+');
    const results = await Promise.all(
      [f.seek(-1, 1), f.read(1), f.seek(-50, 2), f.read(1), f.write('x' as never), f.read(1)].map(outcome),
    );
    expect(results).to.deep.equal([
      'EINVAL',
      bytes('a'),
      'EINVAL',
      bytes('b'),
      'ERR_INVALID_ARG_TYPE',
      bytes('c'),
    ]);
  });

  it('keep the asynchronous context of each caller', async () => {
    const context = new AsyncLocalStorage<number>();
    await using f = await open(folder.put('f', 'x'.repeat(10_000)), 'rb', { buffering: 16 });
    const seen = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        context.run(i, async () => {
          await f.read(20);
          const first = context.getStore();
          await f.pread(10, i).then(() => undefined);
          await codeOf(f.seek(-1_000_000, 1));
          return [first, context.getStore()];
        }),
      ),
    );
    expect(seen).to.deep.equal(Array.from({ length: 50 }, (_, i) => [i, i]));
  });
});
