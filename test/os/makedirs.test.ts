// makedirs of paths that end in a dot, or that contain a file.
import { expect } from 'chai';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('makedirs', () => {
  const scratch = scratchDirectory();

  it('rejects where a file or a dangling link is in the way', async () => {
    const at = (name: string): string => path.join(scratch.path, name);
    writeFileSync(at('file'), '');
    mkdirSync(at('dir'));
    symlinkSync('file', at('link'));
    symlinkSync('gone', at('dangling'));
    for (const [name, code] of [
      ['file', 'EEXIST'],
      ['file/', 'EEXIST'],
      ['file/a', 'ENOTDIR'],
      ['file/a/b', 'ENOTDIR'],
      ['file/../a', 'ENOTDIR'],
      ['link', 'EEXIST'],
      ['link/a', 'ENOTDIR'],
      ['dangling', 'EEXIST'],
      ['dangling/a', 'ENOENT'],
    ] as const) {
      const target = `${scratch.path}/${name}`;
      const error = await rejection(os.makedirs(target, { existOk: true }));
      expect(error, name).to.include({ code, path: target });
    }
  });

  it('creates the directory before a final "/."', async () => {
    const target = path.join(scratch.path, 'a/b');
    await os.makedirs(`${target}/./.`, { mode: 0o700 });
    expect(statSync(target).isDirectory()).to.equal(true);
    if (process.platform !== 'win32') expect(statSync(target).mode & 0o777).to.equal(0o700);
    expect((await rejection(os.makedirs(`${target}/.`))).code).to.equal('EEXIST');
    await os.makedirs(`${target}/.`, { existOk: true });
  });
});
