// Files in memory over real files, which are visible through them.
import { expect } from 'chai';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { appendFile, os, path as paths, readBytes, readText, writeFile } from 'uvfiles';
import {
  file,
  link,
  type MemoryFiles,
  memoryFiles,
  type MemoryFilesOptions,
  type Tree,
} from 'uvfiles/testing';

import { scratchDirectory } from '../support/temp.js';

describe('an overlay', () => {
  let mounted: MemoryFiles | undefined;
  const mount = (tree: Tree, o: MemoryFilesOptions): MemoryFiles => (mounted = memoryFiles(tree, o));
  afterEach(() => mounted?.unmount());
  const scratch = scratchDirectory();

  it('shows real files, and changes none of them', async () => {
    const top = scratch.path;
    for (const name of ['keep', 'change', 'append', 'gone']) writeFileSync(path.join(top, name), name);
    mkdirSync(path.join(top, 'sub', 'deep'), { recursive: true });
    writeFileSync(path.join(top, 'sub', 'deep', 'f'), 'deep');
    symlinkSync('keep', path.join(top, 'link'));
    const at = (name: string): string => path.join(top, name);
    const files = mount({}, { overlay: true });

    expect(await readText(at('link'))).to.equal('keep');
    expect(await readBytes('/dev/null')).to.have.length(0);
    await writeFile(at('change'), 'changed');
    await appendFile(at('append'), '+');
    await os.unlink(at('gone'));
    await os.rename(at('sub'), at('moved'));
    await os.chmod(at('keep'), 0o600);
    await writeFile(at('new'), 'new');
    expect((await os.listdir(top)).sort()).to.deep.equal([
      'append',
      'change',
      'keep',
      'link',
      'moved',
      'new',
    ]);
    expect(await readText(at('append'))).to.equal('append+');
    expect(await readText(at('moved/deep/f'))).to.equal('deep');
    expect(await paths.exists(at('sub/deep'))).to.equal(false);
    expect(await paths.exists(at('gone'))).to.equal(false);
    expect((await os.stat(at('keep'))).mode & 0o777).to.equal(0o600);
    const inMemory = files.tree();
    expect(inMemory).to.include({ [at('change').slice(1)]: 'changed', [at('new').slice(1)]: 'new' });
    expect(inMemory).to.not.have.property(at('link').slice(1));

    files.unmount();
    expect(scratch.list().sort()).to.deep.equal(['append', 'change', 'gone', 'keep', 'link', 'sub']);
    expect(readFileSync(at('change'), 'utf8')).to.equal('change');
    expect(readFileSync(at('append'), 'utf8')).to.equal('append');
  });

  it('leaves both names when one link to a real file is renamed over another', async () => {
    const at = (name: string): string => path.join(scratch.path, name);
    for (const name of ['file', 'other']) writeFileSync(at(name), 'same');
    linkSync(at('file'), at('second'));
    symlinkSync('file', at('link'));
    linkSync(at('link'), at('second link'));
    const files = mount({}, { at: scratch.path, overlay: true });
    await os.rename(at('file'), at('second'));
    await os.rename(at('link'), at('second link'));
    await os.rename(at('other'), at('other'));
    const names = ['file', 'link', 'other', 'second', 'second link'];
    expect((await os.listdir(scratch.path)).sort()).to.deep.equal(names);
    expect(files.tree()).to.deep.equal({});
    // Another file with the same content, and one that is no longer the real file.
    await os.rename(at('other'), at('second'));
    expect((await os.listdir(scratch.path)).sort()).to.deep.equal(['file', 'link', 'second', 'second link']);
    await writeFile(at('link'), 'changed');
    await os.rename(at('file'), at('second'));
    expect(await readText(at('second'))).to.equal('changed');
    expect(await paths.exists(at('file'))).to.equal(false);
  });

  it('shows the files of its tree instead of real files', async () => {
    for (const name of ['f', 'g', 'keep']) writeFileSync(path.join(scratch.path, name), 'real');
    mkdirSync(path.join(scratch.path, 'sub'));
    writeFileSync(path.join(scratch.path, 'sub', 'h'), 'real');
    mount(
      { f: 'mine', g: link('f'), 'sub/h': file('mine', { mode: 0o600 }) },
      { at: scratch.path, overlay: true },
    );
    const read = (name: string): Promise<string> => readText(path.join(scratch.path, name));
    expect([await read('f'), await read('g'), await read('sub/h'), await read('keep')]).to.deep.equal([
      'mine',
      'mine',
      'mine',
      'real',
    ]);
    for (const name of ['f', 'g', 'sub/h'])
      expect(readFileSync(path.join(scratch.path, name), 'utf8')).to.equal('real');
  });

  it('shows later changes of real files', async () => {
    const name = path.join(scratch.path, 'f');
    mount({}, { overlay: true });
    expect(await paths.exists(name)).to.equal(false);
    writeFileSync(name, 'one');
    expect(await readText(name)).to.equal('one');
    writeFileSync(name, 'two');
    expect(await readText(name)).to.equal('two');
  });
});
