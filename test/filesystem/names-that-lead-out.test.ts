// Copies of directories whose listings contain names such as `../x`, as buckets can: nothing is written outside of the copy.
import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { os } from 'uvfiles';
import { type DirectoryItem, mount, wrap } from 'uvfiles/filesystem';
import { cp } from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('a copy of a directory that lists names with ..', () => {
  const scratch = scratchDirectory();
  const mounted: Disposable[] = [];
  afterEach(() => {
    for (const each of mounted.splice(0)) each[Symbol.dispose]();
  });

  /** A directory `/odd/d` with the entry `name`, which is a file. */
  const list = (name: string): void => {
    const memory = memoryFiles(
      { 'd/e/inside': 'in', 'd/..a..b..': 'in', escaped: 'out' },
      { at: '/elsewhere' },
    );
    const { fileSystem } = memory;
    const odd = wrap(fileSystem, {
      async *list(path, call): AsyncGenerator<readonly DirectoryItem[]> {
        if (path === '/d') yield [{ name, type: 'file' }];
        else yield* fileSystem.list(path, call);
      },
    });
    mounted.push(memory, mount('/odd', odd));
  };

  const copies = {
    'os.copytree': (dst: string) => os.copytree('/odd/d', dst),
    'os.copytree with a hook': (dst: string) => os.copytree('/odd/d', dst, { onProgress: () => undefined }),
    'os.move': (dst: string) => os.move('/odd/d', dst),
    'promises.cp': (dst: string) => cp('/odd/d', dst, { recursive: true }),
  };

  for (const [title, copy] of Object.entries(copies)) {
    for (const name of ['../escaped', 'e/../../escaped', '..']) {
      it(`rejects by ${title} of ${name}, and writes nothing outside`, async () => {
        list(name);
        mkdirSync(`${scratch.path}/target`);
        const dst = `${scratch.path}/target/copy`;
        const error = await rejection(copy(dst));
        expect(error).to.include({
          code: 'ERR_OUTSIDE_ROOT',
          path: `/odd/d/${name}`,
          dest: `${dst}/${name}`,
        });
        expect(readdirSync(`${scratch.path}/target`)).to.deep.equal(existsSync(dst) ? ['copy'] : []);
      });
    }
  }

  it('leaves them out if the filter does', async () => {
    list('../escaped');
    const filter = (src: unknown): boolean => !String(src).includes('..');
    await os.copytree('/odd/d', `${scratch.path}/copy`, { filter });
    await cp('/odd/d', `${scratch.path}/other`, { recursive: true, filter });
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['copy', 'other']);
  });

  it('copies names that only contain two dots', async () => {
    list('..a..b..');
    await os.copytree('/odd/d', `${scratch.path}/copy`);
    expect(readdirSync(`${scratch.path}/copy`)).to.deep.equal(['..a..b..']);
  });

  it('keeps them as keys in an object store', async () => {
    list('../escaped');
    const opened: unknown[] = [];
    const memory = memoryFiles({ key: '' }, { at: '/keys' });
    const { fileSystem } = memory;
    const keys = wrap(fileSystem, {
      name: 'keys',
      capabilities: { randomWrite: true, rename: true },
      open: (path, flags, permissions, call) => {
        opened.push(path);
        return fileSystem.open('/key', flags, permissions, call);
      },
      stat: async (path, options, call) => fileSystem.stat(path === '/' ? '/' : '/missing', options, call),
      mkdir: async () => undefined,
    });
    mounted.push(memory, mount('keys://bucket', keys));
    await os.copytree('/odd/d', 'keys://bucket/copy');
    expect(opened).to.deep.equal(['/copy/../escaped']);
  });
});
