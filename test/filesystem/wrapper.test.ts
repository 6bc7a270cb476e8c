// A wrapper over the real files, mounted where they are.
import { readFileSync } from 'node:fs';

import { expect } from 'chai';
import { open, writeFile } from 'uvfiles';
import { mount, realFileSystem, wrap } from 'uvfiles/filesystem';

import { scratchDirectory } from '../support/temp.js';

describe('wrappers', () => {
  const scratch = scratchDirectory();
  const inScratch = (name: string): string => `${scratch.path}/${name}`;

  it('hold real files under a wrapper, which mount anywhere', async () => {
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
