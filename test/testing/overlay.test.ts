// Files in memory over real files, which are visible through them.
import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {
  appendFile,
  lines,
  lockFile,
  open,
  os,
  path as paths,
  readBytes,
  readText,
  writeFile,
} from 'uvfiles';
import {
  crash,
  file,
  link,
  type MemoryFiles,
  memoryFiles,
  type MemoryFilesOptions,
  type Tree,
} from 'uvfiles/testing';

import { makeFifo } from '../support/pipes.js';
import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

const pick = ({ dev, ino }: Stats): { dev: number; ino: number } => ({ dev, ino });

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

  it('has the device and inode numbers of real files, also when they are changed', async () => {
    const at = (name: string): string => path.join(scratch.path, name);
    for (const name of ['changed', 'read']) writeFileSync(at(name), 'text');
    mkdirSync(at('dir'));
    mount({}, { overlay: true });
    await appendFile(at('changed'), '+');
    for (const name of ['changed', 'read', 'dir', '.']) {
      const { dev, ino } = statSync(at(name));
      expect(await os.stat(at(name))).to.include({ dev, ino });
    }
    await using read = await open(at('read'));
    expect(await read.stat()).to.include({
      ino: (await os.stat(at('read'))).ino,
      dev: statSync(at('read')).dev,
    });
    await os.mkdir(at('new'));
    await writeFile(at('new/file'), 'new');
    const numbers = new Set<number>();
    for (const name of ['changed', 'read', 'dir', '.', 'new', 'new/file']) {
      numbers.add((await os.stat(at(name))).ino);
      expect(await paths.ismount(at(name))).to.equal(false);
    }
    expect(numbers.size).to.equal(6);
  });

  it('keeps directories of two disks apart that have the same inode number', async function () {
    const tops = ['/proc', '/sys', '/dev', '/dev/shm', '/dev/pts', '/run'].filter((each) => existsSync(each));
    const known = tops.map((each) => ({ each, ...pick(statSync(each)) }));
    const one = known.find(({ ino, dev }) => known.some((other) => other.ino === ino && other.dev !== dev));
    const two = known.find(({ ino, dev }) => ino === one?.ino && dev !== one.dev);
    if (one === undefined || two === undefined) return skip(this, 'no two disks with one inode number');
    mount({}, { overlay: true });
    expect(await paths.samefile(one.each, two.each)).to.equal(false);
    expect(await paths.ismount(one.each)).to.equal(true);
  });

  it('follows the lines of a real file without repeating them', async () => {
    const name = path.join(scratch.path, 'log');
    writeFileSync(name, 'one\n');
    mount({}, { overlay: true });
    const seen: string[] = [];
    for await (const line of lines(name, { follow: true })) {
      seen.push(line);
      if (seen.length === 1) writeFileSync(name, 'two\n', { flag: 'a' });
      else break;
    }
    expect(seen).to.deep.equal(['one', 'two']);
  });

  it('follows what is appended through it, and a truncation', async () => {
    const name = path.join(scratch.path, 'log');
    writeFileSync(name, 'one\n');
    mount({}, { overlay: true });
    const seen: string[] = [];
    const changes = [
      () => appendFile(name, 'two\n'),
      () => appendFile(name, 'three\n'),
      () => writeFile(name, '4\n'),
    ];
    for await (const line of lines(name, { follow: true })) {
      seen.push(line);
      await (changes.shift() ?? (() => undefined))();
      if (seen.length === 4) break;
    }
    expect(seen).to.deep.equal(['one', 'two', 'three', '4']);
    expect(readFileSync(name, 'utf8')).to.equal('one\n');

    const last = lines(name, { follow: true, last: 1 });
    expect((await last.next()).value).to.equal('4');
    await last.return?.();
  });

  it('lets a real file be locked by several readers', async () => {
    const name = path.join(scratch.path, 'locked');
    writeFileSync(name, '');
    mount({}, { overlay: true });
    await using one = await lockFile(name, { shared: true, timeout: 10_000 });
    await using two = await lockFile(name, { shared: true, timeout: 10_000 });
    expect([one.shared, two.shared]).to.deep.equal([true, true]);
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

  it('reads real files whose size says nothing to their end', async function () {
    if (process.platform === 'win32') return skip(this, 'makes a FIFO');
    const fifo = makeFifo();
    mount({}, { overlay: true });
    const reading = readText(fifo);
    await using file = await open(fifo, 'w');
    for (const part of ['one ', 'two']) {
      await file.write(part);
      await file.flush();
    }
    await file.close();
    expect(await reading).to.equal('one two');
    if (existsSync('/proc/version'))
      expect(await readText('/proc/version')).to.equal(readFileSync('/proc/version', 'utf8'));
    await writeFile('/dev/null', 'nothing');
  });

  it('shows later changes of real directories, unless it has changed something in them', async () => {
    const at = (name: string): string => path.join(scratch.path, name);
    for (const name of ['gone/sub', 'file', 'mode', 'kept/sub', 'moved'])
      mkdirSync(at(name), { recursive: true });
    const files = mount({}, { overlay: true });
    for (const name of ['gone/sub', 'file', 'mode', 'kept/sub', 'moved'])
      expect(await paths.isdir(at(name))).to.equal(true);
    await writeFile(at('kept/sub/f'), 'mine');
    await os.rename(at('moved'), at('new'));
    for (const name of ['gone', 'file', 'kept', 'moved']) rmSync(at(name), { recursive: true });
    writeFileSync(at('file'), 'a file by now');
    chmodSync(at('mode'), 0o700);

    expect(await paths.exists(at('gone/sub'))).to.equal(false);
    expect(await rejection(os.listdir(at('gone')))).to.have.property('code', 'ENOENT');
    expect(await readText(at('file'))).to.equal('a file by now');
    expect((await os.stat(at('mode'))).mode & 0o777).to.equal(0o700);
    expect(await readText(at('kept/sub/f'))).to.equal('mine');
    expect((await os.listdir(scratch.path)).sort()).to.deep.equal(['file', 'kept', 'mode', 'new']);
    expect(await os.listdir(at('new'))).to.deep.equal([]);

    await os.chmod(at('mode'), 0o755);
    chmodSync(at('mode'), 0o711);
    expect((await os.stat(at('mode'))).mode & 0o777).to.equal(0o755);
    expect(Object.keys(files.tree())).to.deep.equal([at('kept/sub/f').slice(1)]);
  });

  it('follows absolute links below a root other than /', async function () {
    if (process.platform === 'win32') skip(this, 'absolute links begin with a drive there');
    const target = path.join(scratch.path, 'absolute');
    writeFileSync(target, 'content');
    symlinkSync(target, path.join(scratch.path, 'absolute-link'));
    mount({}, { at: scratch.path, overlay: true });
    const name = path.join(scratch.path, 'absolute-link');
    expect(await os.readlink(name)).to.equal(target);
    expect(await readText(name)).to.equal('content');
  });

  it('gives a removed real directory back after a power cut, or not', async () => {
    const name = path.join(scratch.path, 'removed');
    mkdirSync(name);
    const files = mount({}, { at: scratch.path, overlay: true });
    await os.rmdir(name);
    const found = new Set<boolean>();
    for (let seed = 0; seed < 50; seed++) {
      using _ = crash(files, { seed });
      found.add(await paths.exists(name));
    }
    expect([...found]).to.have.members([true, false]);
  });
});
