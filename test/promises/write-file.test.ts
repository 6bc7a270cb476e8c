// writeFile over an existing file: what concurrent and later readers find.
import { expect } from 'chai';
import { linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import fs from 'uvfiles/promises';

import { scratchDirectory } from '../support/temp.js';

const SIZES = [0, 1, 100, 4095, 4096, 4097, 100_000];

describe('writeFile of uvfiles/promises over a file', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  it('leaves only the new bytes, for any old and new size', async () => {
    for (const before of SIZES)
      for (const after of SIZES) {
        writeFileSync(at('file'), Buffer.alloc(before, 'o'));
        await fs.writeFile(at('file'), Buffer.alloc(after, 'n'));
        expect(readFileSync(at('file')).equals(Buffer.alloc(after, 'n')), `${before} to ${after}`).to.equal(
          true,
        );
      }
  });

  it('keeps the inode and the mode, and reaches the file through its links', async () => {
    writeFileSync(at('target'), 'old bytes', { mode: 0o640 });
    symlinkSync('target', at('symlink'));
    linkSync(at('target'), at('hardlink'));
    const { ino } = statSync(at('target'));
    for (const name of ['target', 'symlink', 'hardlink']) {
      await fs.writeFile(at(name), `by ${name.padEnd(9)}`, { mode: 0o600 });
      expect(readFileSync(at('target'), 'utf8')).to.equal(`by ${name.padEnd(9)}`);
    }
    expect(statSync(at('target')).ino).to.equal(ino);
    expect(statSync(at('target')).mode & 0o777).to.equal(0o640);
  });

  it('never shows a reader an empty file if a block of bytes replaces a file that is not longer', async () => {
    const file = at('shared');
    const bytes = Buffer.alloc(4096, 'n');
    await fs.writeFile(file, bytes);
    let ended = false;
    const writing = (async (): Promise<void> => {
      for (let count = 0; count < 500; count++) await fs.writeFile(file, bytes);
      ended = true;
    })();
    while (!ended) {
      for (let count = 0; count < 20; count++) expect(readFileSync(file)).to.have.length(bytes.length);
      await new Promise(setImmediate);
    }
    await writing;
  });
});
