// Locks on file systems other than the real one.
import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';

import { lockFile, open, updateAtomic } from 'uvfiles';
import { beneath, type FileSystem, mount, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('locks of files below a root', function () {
  const scratch = scratchDirectory();

  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'beneath() is not available on Windows');
  });

  it('exclude locks of the same files by another path, and protect updates', async () => {
    using _files = mount('/below', beneath(scratch.path));
    const direct = `${scratch.path}/a`;
    const lock = await lockFile('/below/a');
    await using other = await open(direct, 'r+b');
    expect(await other.tryLock()).to.equal(null);
    expect((await rejection(lockFile('/below/a', { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
    const waiting = other.lock();
    await lock.release();
    await (await waiting).release();
    await using handle = await open('/below/a', 'r+b');
    await using _part = (await handle.tryLock({ size: 2 }))!;
    expect(await other.tryLock({ size: 1 })).to.equal(null);
    const add = (path: string): Promise<void> =>
      updateAtomic(path, (old) => String(Number(old ?? 0) + 1), { encoding: 'utf-8' });
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => add(i % 2 === 0 ? '/below/n' : `${scratch.path}/n`)),
    );
    expect(readFileSync(`${scratch.path}/n`, 'utf8')).to.equal('40');
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['a', 'n']);
  });

  it('cannot be taken outside of the root', async () => {
    mkdirSync(`${scratch.path}/root`);
    writeFileSync(`${scratch.path}/outside`, 'kept');
    symlinkSync('../outside', `${scratch.path}/root/out`);
    using _files = mount('/below', beneath(`${scratch.path}/root`));
    expect((await rejection(lockFile('/below/out'))).code).to.equal('ERR_OUTSIDE_ROOT');
    expect((await rejection(updateAtomic('/below/out', () => 'x'))).code).to.equal('ERR_OUTSIDE_ROOT');
    expect(readFileSync(`${scratch.path}/outside`, 'utf8')).to.equal('kept');
  });
});

describe('locks of files in memory', () => {
  it('exclude each other as those of the disk do, and end with the handle', async () => {
    using _files = memoryFiles({ a: 'text' }, { at: '/memory' });
    const [one, two] = [await open('/memory/a', 'r+b'), await open('/memory/a', 'r+b')];
    const lock = await one.lock({ size: 2 });
    expect(await two.tryLock()).to.equal(null);
    expect(await two.tryLock({ position: 2 })).not.to.equal(null);
    const waiting = two.lock({ size: 1, shared: true });
    await lock.release();
    expect((await waiting).shared).to.equal(true);
    expect(await one.tryLock({ size: 1, shared: true })).not.to.equal(null);
    await two.close();
    await one.close();
    await using _lock = await lockFile('/memory/a');
    expect((await rejection(lockFile('/memory/a', { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
  });

  it('protect updates', async () => {
    using files = memoryFiles({}, { at: '/memory' });
    const add = (): Promise<void> =>
      updateAtomic('/memory/n', (old) => String(Number(old ?? 0) + 1), { encoding: 'utf-8' });
    await Promise.all(Array.from({ length: 50 }, add));
    expect(files.tree()).to.deep.equal({ n: '50' });
  });

  it('do not exclude those of other files on a device without inode numbers', async () => {
    const memory = memoryFiles({ a: '', b: '' }, { at: '/memory' });
    memory.unmount();
    const { fileSystem } = memory;
    const numberless: Partial<FileSystem> = {
      async open(...args) {
        const file = await fileSystem.open(...args);
        const stat = file.stat.bind(file);
        file.stat = async (call) => Object.assign(await stat(call), { dev: 5, ino: 0 });
        return file;
      },
    };
    using _files = mount('/memory', wrap(fileSystem, numberless));
    await using one = await open('/memory/a', 'r+b');
    await using two = await open('/memory/b', 'r+b');
    expect(await one.tryLock()).not.to.equal(null);
    expect(await two.tryLock()).not.to.equal(null);
  });
});

describe('locks on a file system whose stat never agrees with its files', () => {
  it('leave the event loop running, and end with their signal or timeout', async () => {
    const files = memoryFiles({ a: 'text' }, { at: '/disagreeing' });
    files.unmount();
    const { fileSystem } = files;
    const stat: FileSystem['stat'] = async (path, options, call) =>
      Object.assign(await fileSystem.stat(path, options, call), { ino: options.bigint ? 12_345n : 12_345 });
    using _mount = mount('/disagreeing', wrap(fileSystem, { stat }));
    const given = new AbortController();
    const pending = rejection(lockFile('/disagreeing/a', { signal: given.signal }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    given.abort();
    expect((await pending).name).to.equal('AbortError');
    expect((await rejection(lockFile('/disagreeing/a', { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
  });
});

describe('a lock of a path that another call is still opening', () => {
  it('waits for it in call order, and not after its signal or timeout', async () => {
    const files = memoryFiles({ a: '0' }, { at: '/opening' });
    files.unmount();
    const { fileSystem } = files;
    let goOn!: () => void;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let opens = 0;
    let isOpen = 0;
    const slow: FileSystem['open'] = async (...args) => {
      if (opens++ === 0) await gate;
      const file = await fileSystem.open(...args);
      isOpen++;
      const close = file.close.bind(file);
      file.close = async () => {
        isOpen--;
        await close();
      };
      return file;
    };
    using _mount = mount('/opening', wrap(fileSystem, { open: slow }));
    const order: string[] = [];
    const taken = async (name: string): Promise<void> => {
      await using _lock = await lockFile('/opening/a');
      order.push(name);
    };
    const first = taken('first');
    const second = taken('second');
    const given = new AbortController();
    const aborted = rejection(lockFile('/opening/a', { signal: given.signal }));
    expect((await rejection(lockFile('/opening/a', { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
    expect((await rejection(updateAtomic('/opening/a', () => '1', { timeout: 5 }))).code).to.equal(
      'ERR_TIMEOUT',
    );
    given.abort();
    expect((await aborted).name).to.equal('AbortError');
    expect(order).to.deep.equal([]);
    goOn();
    await Promise.all([first, second]);
    expect(order).to.deep.equal(['first', 'second']);
    expect(isOpen).to.equal(0);
    expect(files.tree()).to.deep.equal({ a: '0' });
  });
});
