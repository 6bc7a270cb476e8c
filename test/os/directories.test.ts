// makedirs, removedirs and renames as in Python; listdir and scandir compared with node:fs.
import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { os, readBytes, writeAtomic, writeFile } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('directories', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  it('makes a chain of directories, only the last with the mode', async () => {
    const umask = process.umask(0o022);
    try {
      await os.makedirs(at('a/b/c'), { mode: 0o700 });
      expect(statSync(at('a/b')).mode & 0o777).to.equal(0o755);
      expect(statSync(at('a/b/c')).mode & 0o777).to.equal(0o700);
    } finally {
      process.umask(umask);
    }
    expect((await rejection(os.makedirs(at('a/b/c')))).code).to.equal('EEXIST');
    await os.makedirs(at('a/b/c'), { existOk: true });
    writeFileSync(at('file'), '');
    expect((await rejection(os.makedirs(at('file'), { existOk: true }))).code).to.equal('EEXIST');
    const below = await rejection(os.makedirs(at('file/x/y')));
    expect(below).to.include({ code: 'ENOTDIR', syscall: 'mkdir' });
  });

  it('makes the same chain from many calls at once', async () => {
    await Promise.all(Array.from({ length: 50 }, () => os.makedirs(at('p/q/r/s'), { existOk: true })));
    expect(existsSync(at('p/q/r/s'))).to.equal(true);
  });

  it('prunes empty directories upwards', async () => {
    mkdirSync(at('keep/a/b/c'), { recursive: true });
    writeFileSync(at('keep/file'), '');
    await os.removedirs(at('keep/a/b/c'));
    expect(readdirSync(at('keep'))).to.deep.equal(['file']);
    expect((await rejection(os.removedirs(at('keep')))).code).to.equal('ENOTEMPTY');
  });

  it('renames into new directories and prunes the old ones', async () => {
    writeFileSync(at('stay'), '');
    mkdirSync(at('old/deep'), { recursive: true });
    writeFileSync(at('old/deep/file'), 'x');
    await os.renames(at('old/deep/file'), at('new/far/file'));
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['new', 'stay']);
    expect((await rejection(os.renames(at('none'), at('x')))).code).to.equal('ENOENT');
  });

  it('names only the directory where renames cannot make it', async () => {
    for (const name of ['file', 'old']) writeFileSync(at(name), '');
    const error = await rejection(os.renames(at('old'), at('file/a/b')));
    expect(error).to.include({ code: 'ENOTDIR', syscall: 'mkdir', path: at('file/a') });
    expect(error).to.not.have.property('dest');
    expect(error.message).to.equal(`ENOTDIR: not a directory, mkdir '${at('file/a')}'`);
  });

  it('names both paths where a file is in the place of the directory that renames needs', async () => {
    for (const name of ['file', 'old']) writeFileSync(at(name), '');
    const error = await rejection(os.renames(at('old'), at('file/new')));
    expect(error).to.include({ syscall: 'rename', path: at('old'), dest: at('file/new') });
    // As node:fs, whose rename has the system's code.
    expect(error.code).to.equal(process.platform === 'win32' ? 'ENOENT' : 'ENOTDIR');
  });

  it('rejects renames below a dangling link', async () => {
    writeFileSync(at('old'), '');
    symlinkSync('none', at('dangling'));
    const error = await rejection(os.renames(at('old'), at('dangling/new')));
    expect(error).to.include({ code: 'EEXIST', syscall: 'mkdir', path: at('dangling') });
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['dangling', 'old']);
  });

  it('keeps the bytes of names that are not UTF-8', async () => {
    const bytes = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`${scratch.path}/`), Buffer.from(name, 'latin1')]);
    await os.makedirs(bytes('a\xff/b\xfe/c'));
    await writeFile(bytes('a\xff/file'), 'x');
    await os.removedirs(bytes('a\xff/b\xfe/c'));
    expect(await os.listdir(bytes('a\xff'))).to.deep.equal(['file']);
    await os.renames(bytes('a\xff/file'), bytes('d\xfd/e\xfc/file'));
    await writeAtomic(bytes('f\xfb/g\xfa/file'), 'x', { parents: true });
    await writeAtomic(bytes('f\xfb/g\xfa/file'), ['more'], { parents: true });
    const names = await os.listdir(scratch.path, { encoding: 'buffer' });
    expect(names.map((name) => name.toString('latin1')).sort()).to.deep.equal(['d\xfd', 'f\xfb']);
    expect((await readBytes(bytes('f\xfb/g\xfa/file'))).toString()).to.equal('more');
  });

  it('lists what node:fs lists', async () => {
    expect(await os.listdir(scratch.path)).to.deep.equal([]);
    for (let i = 0; i < 3000; i++) writeFileSync(at(`file ${i} ü`), '');
    expect((await os.listdir(scratch.path)).sort()).to.deep.equal(readdirSync(scratch.path).sort());
    expect(await rejection(os.listdir(at('none')))).to.include({
      code: 'ENOENT',
      syscall: 'scandir',
      path: at('none'),
    });
    expect((await rejection(os.listdir(at('file 1 ü')))).code).to.equal('ENOTDIR');
    // Other tests create files in the working directory at the same time.
    expect(await os.listdir()).to.include.members(['lib', 'package.json', 'test']);
  });

  it('yields entries with their types', async () => {
    mkdirSync(at('dir'));
    writeFileSync(at('file'), 'four');
    symlinkSync('dir', at('link'));
    const seen = new Map<string, os.DirEntry>();
    for await (const entry of os.scandir(scratch.path)) seen.set(entry.name, entry);
    expect([...seen.keys()].sort()).to.deep.equal(['dir', 'file', 'link']);
    const { dir, file, link } = Object.fromEntries(seen) as Record<string, os.DirEntry>;
    expect([dir!.isDirectory(), dir!.isFile(), dir!.isSymbolicLink()]).to.deep.equal([true, false, false]);
    expect([file!.isDirectory(), file!.isFile(), file!.isSymbolicLink()]).to.deep.equal([false, true, false]);
    expect([link!.isDirectory(), link!.isFile(), link!.isSymbolicLink()]).to.deep.equal([false, false, true]);
    expect(file!.path).to.equal(at('file'));
    expect(file!.inode).to.equal(statSync(at('file')).ino);
    expect(await file!.stat()).to.deep.equal(statSync(at('file')));
    expect((await link!.stat()).isDirectory()).to.equal(true);
    expect((await link!.stat({ followSymlinks: false })).isSymbolicLink()).to.equal(true);
    await os.remove(at('file'));
    expect((await rejection(file!.stat())).code).to.equal('ENOENT');
  });

  it('streams a large directory, closes it after break, and resolves unawaited steps in order', async () => {
    for (let i = 0; i < 5000; i++) writeFileSync(at(`${i}`), '');
    await os.listdir(scratch.path);
    const before = await openDescriptors();
    let seen = 0;
    for await (const entry of os.scandir(scratch.path)) {
      expect(entry.isFile()).to.equal(true);
      if (++seen === 3) break;
    }
    await expectDescriptors(before);
    const entries = os.scandir(scratch.path);
    const steps = await Promise.all(Array.from({ length: 5001 }, () => entries.next()));
    expect(new Set(steps.slice(0, 5000).map((step) => (step.value as os.DirEntry).name)).size).to.equal(5000);
    expect(steps[5000]!.done).to.equal(true);
    const closed = os.scandir(scratch.path);
    await closed.next();
    await closed.close();
    expect((await closed.next()).done).to.equal(true);
    expect((await rejection(os.scandir(at('none')).next())).code).to.equal('ENOENT');
  });
});
