// Arguments that are passed on to Node, with paths on a mounted file system: Node must not look for them on the disk.
import { expect } from 'chai';
import { lstatSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';

import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('promises on a mounted file system', () => {
  const scratch = scratchDirectory();

  it('never touch what the disk has at their paths, whatever their arguments are', async () => {
    const path = `${scratch.path}/file`;
    writeFileSync(path, 'on the disk');
    utimesSync(path, 1000, 1000);
    const odd = [new Date(NaN), -1, 1.5, 2 ** 31, null, 'odd', Symbol('odd'), {}, [], () => 1] as never[];
    for (const value of odd) {
      using _files = memoryFiles({ file: 'in memory' }, { at: scratch.path });
      for (const call of [
        () => fs.access(path, value),
        () => fs.appendFile(path, 'x', { flag: value, mode: value }),
        () => fs.chmod(path, value),
        () => fs.chown(path, value, value),
        () => fs.copyFile(path, `${path}.copy`, value),
        () => fs.cp(path, `${path}.copy`, value),
        () => fs.lstat(path, value),
        () => fs.lutimes(path, value, value),
        () => fs.mkdir(`${path}.directory`, value),
        () => fs.mkdtemp(path, value),
        () => fs.open(path, value, value).then((handle) => handle.close()),
        () => fs.readFile(path, { flag: value }),
        () => fs.readdir(scratch.path, value),
        () => fs.realpath(path, value),
        () => fs.rm(path, { maxRetries: value }),
        () => fs.rmdir(scratch.path, value),
        () => fs.stat(path, value),
        () => fs.symlink('file', `${path}.link`, value),
        () => fs.truncate(path, value),
        () => fs.utimes(path, value, value),
        () => fs.writeFile(path, 'x', { flag: value, mode: value }),
      ])
        await call().catch(() => undefined);
    }
    expect(readdirSync(scratch.path)).to.deep.equal(['file']);
    expect(readFileSync(path, 'utf8')).to.equal('on the disk');
    expect(lstatSync(path)).to.include({ mtimeMs: 1_000_000, nlink: 1 });
  });

  it('reject with EINVAL if only Node knows what to do with the arguments', async () => {
    using files = memoryFiles({ file: 'in memory' }, { at: scratch.path });
    const path = `${scratch.path}/file`;
    const { code, syscall, path: named } = await rejection(fs.utimes(path, new Date(NaN), 1));
    expect({ code, syscall, named }).to.deep.equal({ code: 'EINVAL', syscall: 'utime', named: path });
    expect(files.tree()).to.deep.equal({ file: 'in memory' });
  });
});
