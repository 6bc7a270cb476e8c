// A wrapper over the real files, mounted where they are.
import { readFileSync } from 'node:fs';

import { expect } from 'chai';
import { open, writeFile } from 'uvfiles';
import { type FileSystem, mount, realFileSystem, wrap } from 'uvfiles/filesystem';
import { memoryFiles } from 'uvfiles/testing';

import { scratchDirectory } from '../support/temp.js';

describe('wrappers', () => {
  it('accept an instance of a class as overrides, and reject anything but an object', async () => {
    class Counting {
      #opens = 0;
      get opens(): number {
        return this.#opens;
      }
      open(...args: Parameters<FileSystem['open']>): ReturnType<FileSystem['open']> {
        this.#opens++;
        return memory.open(...args);
      }
    }
    using files = memoryFiles({ f: 'x' }, { at: '/wrapped' });
    const { fileSystem: memory } = files;
    const counting = new Counting();
    using _ = mount('/wrapper', wrap(memory, counting));
    await (await open('/wrapper/f')).close();
    expect(counting.opens).to.equal(1);
    for (const [base, overrides] of [
      [null, {}],
      [memory, null],
      [memory, 5],
      ['x', {}],
    ])
      expect(() => wrap(base as never, overrides as never))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });

  const scratch = scratchDirectory();
  const inScratch = (name: string): string => `${scratch.path}/${name}`;

  it('can be put around real files and mounted anywhere', async () => {
    using _ = mount(
      scratch.path,
      wrap(realFileSystem, {
        open: (name, flags, permissions, call) =>
          realFileSystem.open(scratch.path + String(name), flags, permissions, call),
        readFile: (name, call) => realFileSystem.readFile!(scratch.path + String(name), call),
        writeFile: (name, data, flags, permissions, call) =>
          realFileSystem.writeFile!(scratch.path + String(name), data, flags, permissions, call),
      }),
    );
    await writeFile(inScratch('f'), 'through');
    await using file = await open(inScratch('f'), 'r+');
    expect(await file.read()).to.equal('through');
    expect(file.fileno()).to.be.greaterThan(2);
    expect(readFileSync(inScratch('f'), 'utf8')).to.equal('through');
  });
});
