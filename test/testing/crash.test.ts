// What power cuts leave, and that atomic writes survive every one.
import { expect } from 'chai';
import { appendFile, open, openAtomic, os, writeAtomic, writeFile } from 'uvfiles';
import { crash, crashes, type MemoryFiles, memoryFiles, type Tree } from 'uvfiles/testing';

import { rejection } from '../support/temp.js';

describe('crash', () => {
  let files: MemoryFiles;
  const begin = (tree: Tree): MemoryFiles => (files = memoryFiles(tree));
  afterEach(() => files.unmount());

  /** What is left of each state, without the temporary files whose names differ. */
  const states = async (during?: () => unknown): Promise<Record<string, unknown>[]> => {
    const all: Record<string, unknown>[] = [];
    for await (const after of crashes(files, { during })) all.push(after.tree());
    return all;
  };
  const contents = (all: Record<string, unknown>[], name: string): unknown[] =>
    [...new Set(all.map((tree) => tree[name]))].sort();

  it('keeps synced data, and loses any part of the rest', async () => {
    begin({ a: 'old' });
    await using f = await open('/b', 'w');
    await f.write('synced');
    await f.sync();
    await f.write(' and not');
    await f.flush();
    const all = await states();
    expect(contents(all, 'a')).to.deep.equal(['old']);
    // The name is not synced: it may be lost with everything.
    expect(all.some((tree) => !('b' in tree))).to.equal(true);
    for (const tree of all) if ('b' in tree) expect(String(tree.b)).to.match(/^synced/);
    expect(contents(all, 'b')).to.include.members(['synced', 'synced and not']);
  });

  it('loses a rename completely or not at all', async () => {
    begin({ a: 'a', 'd/x': 'x' });
    await os.rename('/a', '/d/b');
    expect((await states()).map((tree) => Object.keys(tree))).to.have.deep.members([
      ['a', 'd/x'],
      ['d/b', 'd/x'],
    ]);
  });

  it('restores a removed file if the removal was not synced', async () => {
    begin({ a: 'content' });
    await os.unlink('/a');
    expect(await states()).to.have.deep.members([{}, { a: 'content' }]);
  });

  it('may leave a file that was truncated empty', async () => {
    begin({ a: 'old content' });
    await writeFile('/a', 'new');
    expect(contents(await states(), 'a')).to.include.members(['old content', '', 'new']);
  });

  it('is the same for the same seed, leaves the old files alone, and mounts the new ones', async () => {
    begin({ a: '1' });
    await appendFile('/a', '2'.repeat(2000));
    await writeFile('/b', 'b');
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      using first = crash(files, { seed });
      using second = crash(files, { seed });
      expect(first.tree()).to.deep.equal(second.tree());
      outcomes.add(JSON.stringify(first.tree()));
    }
    expect(outcomes.size).to.be.greaterThan(3);
    expect(files.tree()).to.deep.equal({ a: `1${'2'.repeat(2000)}`, b: 'b' });
    using after = crash(files, { seed: 3 });
    await writeFile('/only-after', '');
    expect(after.tree()).to.have.property('only-after');
    expect(files.tree()).to.not.have.property('only-after');
  });

  it('refuses options that it does not know', async () => {
    begin({});
    expect(() => crash(files, { sead: 1 } as never)).to.throw(TypeError, 'options.sead');
    const all = crashes(files, { durng: () => undefined } as never);
    expect((await rejection(all.next())).code).to.equal('ERR_INVALID_ARG_VALUE');
  });

  for (const durable of [true, false]) {
    it(`leaves the old or the new file at any moment of writeAtomic (durable: ${durable})`, async () => {
      begin({ a: 'old' });
      const all = await states(() => writeAtomic('/a', 'new', { durable }));
      const seen = contents(all, 'a');
      if (durable) expect(seen).to.deep.equal(['new', 'old']);
      else expect(seen).to.include.members(['new', 'old']);
      expect(all.length).to.be.greaterThan(3);
    });
  }

  it('leaves the new file once writeAtomic has resolved', async () => {
    begin({ a: 'old' });
    await writeAtomic('/a', 'new');
    expect(await states()).to.deep.equal([{ a: 'new' }]);
  });

  it('leaves no file or the complete one at any moment of openAtomic', async () => {
    begin({});
    const content = 'x'.repeat(1500);
    const all = await states(async () => {
      const f = await openAtomic('/a', 'w');
      await f.write(content);
      await f.commit();
    });
    expect(contents(all, 'a')).to.have.members([undefined, content]);
    expect(await states()).to.deep.equal([{ a: content }]);
  });

  it('keeps what has been moved to another file system', async () => {
    begin({});
    using source = memoryFiles({ a: 'content', 't/d/b': 'content' }, { at: '/source' });
    await os.move('/source/a', '/a');
    await os.move('/source/t', '/t');
    expect(source.tree()).to.deep.equal({});
    expect(await states()).to.deep.equal([{ a: 'content', 't/d/b': 'content' }]);
  });

  it('keeps each of two files complete that are replaced one after the other', async () => {
    begin({ a: 'old', b: 'old' });
    const all = await states(async () => {
      await writeAtomic('/a', 'new');
      await writeAtomic('/b', 'new');
    });
    const pairs = new Set(all.map(({ a, b }) => `${String(a)} ${String(b)}`));
    expect([...pairs].sort()).to.deep.equal(['new new', 'new old', 'old old']);
  });
});
