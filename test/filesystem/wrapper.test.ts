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

  it('name an override of a method that is no function', () => {
    using files = memoryFiles({}, { at: '/wrapped' });
    for (const [name, overrides] of [
      ['open', { open: 5 }],
      ['readFile', { readFile: null }],
      ['rename', { unlink: () => undefined, rename: {} }],
      ['copyTree', Object.create({ copyTree: false }) as object],
    ] as const)
      expect(() => wrap(files.fileSystem, overrides as never))
        .to.throw(TypeError, `"overrides.${name}"`)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    // Undefined hides a method, and other properties are the program's own.
    const hidden = wrap(files.fileSystem, { readFile: undefined, cache: new Map() } as never);
    expect(hidden).to.have.property('readFile', undefined);
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
