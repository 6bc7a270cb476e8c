// File systems whose inode numbers are beyond 2^53, where adjacent numbers are the same number in JavaScript, and file systems
// without inode numbers.
import type { Stats } from 'node:fs';

import { expect } from 'chai';
import { os } from 'uvfiles';
import { type FileSystem, type Mount, mount, wrap } from 'uvfiles/filesystem';
import fs from 'uvfiles/promises';
import { link, memoryFiles, type MemoryFiles } from 'uvfiles/testing';

describe('files with inode numbers beyond 2^53', () => {
  const top = '/uvfiles-inode-numbers';
  let files: MemoryFiles;
  let mounted: Mount;

  beforeEach(() => {
    files = memoryFiles({ 'a/b/f.txt': 'of b', 'c/g.txt': 'of c', h: 'old', i: 'new' }, { at: top });
    files.unmount();
    const { fileSystem } = files;
    const large: Partial<FileSystem> = {
      stat: async (path, options, call) => {
        const stats = await fileSystem.stat(path, options, call);
        const ino = 2n ** 60n + BigInt((stats as Stats).ino);
        return Object.assign(stats, { ino: options.bigint ? ino : Number(ino) });
      },
    };
    mounted = mount(top, wrap(fileSystem, large));
  });
  afterEach(() => mounted.unmount());

  it('have their exact numbers in the status with bigint', async () => {
    const numbers = new Set<bigint>();
    for (const name of ['', 'a', 'a/b', 'c', 'h', 'i'])
      numbers.add((await os.stat(`${top}/${name}`, { bigint: true })).ino);
    expect(numbers.size).to.equal(6);
  });

  it('are copied as trees', async () => {
    await os.copytree(`${top}/a`, `${top}/copy`);
    expect(await fs.readFile(`${top}/copy/b/f.txt`, 'utf8')).to.equal('of b');
  });

  it('are visited by walk, also through links', async () => {
    await os.symlink('../c', `${top}/a/link`);
    const visited: string[] = [];
    for await (const [dir] of os.walk(`${top}/a`, { followSymlinks: true })) visited.push(dir);
    expect(visited.sort()).to.deep.equal([`${top}/a`, `${top}/a/b`, `${top}/a/link`]);
  });

  it('are moved into directories', async () => {
    expect(await os.move(`${top}/a`, `${top}/c`)).to.equal(`${top}/c/a`);
  });

  it('are copied by cp over each other', async () => {
    await fs.cp(`${top}/i`, `${top}/h`);
    expect(await fs.readFile(`${top}/h`, 'utf8')).to.equal('new');
    await fs.cp(`${top}/c`, `${top}/a/b`, { recursive: true });
    expect(await fs.readdir(`${top}/a/b`)).to.deep.equal(['f.txt', 'g.txt']);
  });
});

describe('files with numbers that their file system gives as NaN or Infinity', () => {
  const top = '/uvfiles-no-numbers';

  for (const unknown of [NaN, Infinity]) {
    it(`are walked, copied and moved, and have 0 in the status with bigint (${unknown})`, async () => {
      using files = memoryFiles({ 'a/b/f.txt': 'of b' }, { at: '/uvfiles-with-numbers' });
      const layer: Partial<FileSystem> = {
        stat: async (path, options, call) => {
          const { mtimeMs, mode } = await files.fileSystem.stat(path, { ...options, bigint: false }, call);
          const isFile = path.toString().endsWith('.txt');
          const type = { isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false };
          return { size: 0, mtimeMs, mode, ino: unknown, blocks: unknown, ...type } as unknown as Stats;
        },
      };
      using _mounted = mount(top, wrap(files.fileSystem, layer));
      const { ino, blocks } = await os.stat(`${top}/a`, { bigint: true });
      expect([ino, blocks]).to.deep.equal([0n, 0n]);
      expect((await os.stat(`${top}/a`)).ino).to.deep.equal(unknown);
      const visited: string[] = [];
      for await (const [dir] of os.walk(`${top}/a`, { followSymlinks: true })) visited.push(dir);
      expect(visited).to.deep.equal([`${top}/a`, `${top}/a/b`]);
      await os.copytree(`${top}/a`, `${top}/copy`);
      expect(await os.move(`${top}/copy`, `${top}/a`)).to.equal(`${top}/a/copy`);
    });
  }
});

describe('files without inode numbers, with a link to a parent directory', () => {
  const top = '/uvfiles-links-without-numbers';
  let files: MemoryFiles;
  let mounted: Mount;

  beforeEach(() => {
    files = memoryFiles({ 'a/b/f.txt': 'of b', 'a/b/up': link('..') }, { at: top });
    files.unmount();
    const { fileSystem } = files;
    const withoutNumbers: Partial<FileSystem> = {
      stat: async (path, options, call) =>
        Object.assign(await fileSystem.stat(path, options, call), { ino: options.bigint ? 0n : 0 }),
    };
    mounted = mount(top, wrap(fileSystem, withoutNumbers));
  });
  afterEach(() => mounted.unmount());

  for (const topDown of [true, false]) {
    it(`are visited once by walk, ${topDown ? 'top down' : 'bottom up'}`, async () => {
      const visited: string[] = [];
      for await (const [dir] of os.walk(`${top}/a`, { followSymlinks: true, topDown })) visited.push(dir);
      expect(visited.sort()).to.deep.equal([`${top}/a`, `${top}/a/b`]);
    });
  }

  it('are found once by glob', async () => {
    const found: string[] = [];
    for await (const each of os.glob('a/**/f.txt', { cwd: top, followSymlinks: true })) found.push(each);
    expect(found).to.deep.equal(['a/b/f.txt']);
  });

  it('reject with ELOOP in copytree with symlinks: false, at the link', async () => {
    const error = await os.copytree(`${top}/a`, `${top}/copy`, { symlinks: false }).catch((e: unknown) => e);
    expect(error).to.include({ code: 'ELOOP', path: `${top}/a/b/up` });
  });
});
