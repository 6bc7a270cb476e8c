// Walks over a file system that lists flat keys.
import { expect } from 'chai';
import { os, writeFile } from 'uvfiles';
import { type DirectoryItem, type FilePath, mount, wrap } from 'uvfiles/filesystem';

import { FlatFiles } from './support/flat-files.js';

describe('a walk over flat keys', () => {
  const setUp = (keys?: string[]) => {
    const files = new FlatFiles();
    let listings = 0;
    const flat = wrap(files, {
      async *walkFiles(top: FilePath): AsyncGenerator<readonly DirectoryItem[]> {
        listings++;
        const above = top === '/' ? '/' : `${String(top)}/`;
        for (const key of keys ?? files.files.keys())
          if (key.startsWith(above)) yield [{ name: key.slice(above.length), type: 'file' }];
      },
    });
    return { files, flat, listings: () => listings };
  };

  it('needs one listing for the whole tree, and returns the same as listings of the directories', async () => {
    const { files, flat, listings } = setUp();
    using _ = mount('/flat', flat);
    await os.makedirs('/flat/a/b');
    await os.makedirs('/flat/c');
    for (const name of ['a/b/1', 'a/b/2', 'a/3', 'c/4', '5']) await writeFile(`/flat/${name}`, name);
    const walked = async (o?: { topDown: boolean }): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const [dir, dirs, names] of os.walk('/flat', o)) all.push([dir, dirs.sort(), names.sort()]);
      return all;
    };
    files.calls.length = 0;
    const flatly = await walked();
    expect(files.calls.filter((call) => call.startsWith('list'))).to.deep.equal([]);
    expect(listings()).to.equal(1);
    expect(await walked({ topDown: false })).to.have.deep.members(flatly);
    using __ = mount('/flat', files);
    expect(await walked()).to.deep.equal(flatly);
  });

  it('lists directories one by one if keys are not valid paths', async () => {
    const { files, flat } = setUp(['/a', '/b//c']);
    using _ = mount('/flat', flat);
    await writeFile('/flat/a', 'x');
    const seen: string[][] = [];
    for await (const [, , names] of os.walk('/flat')) seen.push(names);
    expect(seen).to.deep.equal([['a']]);
    expect(files.calls).to.include('list /');
  });
});
