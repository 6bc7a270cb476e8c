// Counterparts of the tests of aiofiles.os and aiofiles.ospath, in the same order.
import { expect } from 'chai';
import {
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { open, os, path as ospath } from 'uvfiles';

import { isRoot, rejection, runProgram, scratchDirectory } from '../support/temp.js';

describe('os and path, as in the tests of aiofiles', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);
  const put = (name: string, content = '0123456789'): string => {
    writeFileSync(at(name), content);
    return at(name);
  };

  it('stat returns the size', async () => {
    expect((await os.stat(put('file'))).size).to.equal(10);
  });

  for (const name of ['remove', 'unlink'] as const) {
    it(`${name} removes a file`, async () => {
      await os[name](put('file'));
      expect(existsSync(at('file'))).to.equal(false);
    });
  }

  it('mkdir and rmdir make and remove a directory', async () => {
    await os.mkdir(at('d'));
    expect(statSync(at('d')).isDirectory()).to.equal(true);
    await os.rmdir(at('d'));
    expect(existsSync(at('d'))).to.equal(false);
  });

  it('rename changes the name of a file', async () => {
    await os.rename(put('old'), at('new'));
    expect(readdirSync(scratch.path)).to.deep.equal(['new']);
  });

  it('renames creates missing directories and removes empty ones', async () => {
    await os.renames(put('old'), at('sub/new'));
    expect(existsSync(at('sub/new'))).to.equal(true);
    put('kept');
    await os.renames(at('sub/new'), at('again'));
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['again', 'kept']);
  });

  it('replace overwrites an existing file', async () => {
    put('target', 'old');
    await os.replace(put('source', 'new'), at('target'));
    expect(readFileSync(at('target'), 'utf8')).to.equal('new');
    expect(existsSync(at('source'))).to.equal(false);
  });

  it('sendfile copies from one file to another', async () => {
    const input = await open(put('in'), 'rb');
    const output = await open(at('out'), 'w+b');
    expect(await os.sendfile(output.fileno(), input.fileno(), 0, 10)).to.equal(10);
    await output.seek(0);
    expect((await output.read()).toString()).to.equal('0123456789');
    await Promise.all([input.close(), output.close()]);
  });

  it('exists, isfile, isdir and islink report what a path leads to', async () => {
    put('file');
    await os.symlink(at('file'), at('link'));
    expect(await os.exists(at('file'))).to.equal(true);
    expect(await os.exists(at('none'))).to.equal(false);
    expect(await ospath.isfile(at('file'))).to.equal(true);
    expect(await ospath.isfile(scratch.path)).to.equal(false);
    expect(await ospath.isdir(scratch.path)).to.equal(true);
    expect(await ospath.isdir(at('file'))).to.equal(false);
    expect(await ospath.islink(at('link'))).to.equal(true);
    expect(await ospath.islink(at('file'))).to.equal(false);
  });

  it('ismount distinguishes the root from a directory in it', async () => {
    expect(await ospath.ismount('/')).to.equal(true);
    expect(await ospath.ismount(scratch.path)).to.equal(false);
  });

  it('getsize, getatime, getmtime and getctime return the size and times of a file', async () => {
    const file = put('file');
    expect(await ospath.getsize(file)).to.equal(10);
    for (const ask of [ospath.getatime, ospath.getmtime, ospath.getctime]) {
      expect(await ask(file)).to.be.above(Date.now() - 3_600_000);
    }
  });

  it('link creates a second name', async () => {
    await os.link(put('file'), at('second'));
    expect(statSync(at('file')).nlink).to.equal(2);
    await os.remove(at('second'));
    expect(statSync(at('file')).nlink).to.equal(1);
  });

  it('symlink creates a link, and readlink returns its target', async () => {
    await os.symlink(put('file'), at('link'));
    expect(await os.readlink(at('link'))).to.equal(at('file'));
  });

  const contents: [title: string, files: string[], dirs: string[]][] = [
    ['an empty directory', [], []],
    ['one file', ['file'], []],
    ['one directory', [], ['dir']],
    ['several files', ['one', 'two'], []],
    ['a file and a directory', ['file'], ['dir']],
  ];
  for (const [title, files, dirs] of contents) {
    it(`listdir and scandir list ${title}`, async () => {
      for (const name of files) put(name);
      for (const name of dirs) mkdirSync(at(name));
      expect((await os.listdir(scratch.path)).sort()).to.deep.equal([...files, ...dirs].sort());
      const seen: { name: string; isFile: boolean; path: string }[] = [];
      for await (const entry of os.scandir(scratch.path)) {
        seen.push({ name: entry.name, isFile: entry.isFile(), path: entry.path });
      }
      expect(seen.sort((a, b) => (a.name < b.name ? -1 : 1))).to.deep.equal(
        [...files, ...dirs].sort().map((name) => ({ name, isFile: files.includes(name), path: at(name) })),
      );
    });
  }

  it('listdir and scandir reject if the directory is missing', async () => {
    expect((await rejection(os.listdir(at('none')))).code).to.equal('ENOENT');
    expect((await rejection(os.scandir(at('none')).next())).code).to.equal('ENOENT');
  });

  it('access reports the rights of the process', async () => {
    const file = put('file');
    expect(await os.access(file, constants.F_OK)).to.equal(true);
    expect(await os.access(file, constants.R_OK)).to.equal(true);
    expect(await os.access(at('none'), constants.R_OK)).to.equal(false);
    chmodSync(file, 0o444);
    const program = `import { os } from 'uvfiles';
      console.log(await os.access(process.env.FILE, 4), await os.access(process.env.FILE, 2));`;
    const { stdout } = await runProgram(program, { unprivileged: true, env: { FILE: file } });
    if (isRoot) expect(stdout.trim()).to.equal('true false');
  });

  it('makedirs creates a chain of directories, and removedirs prunes it', async () => {
    put('kept');
    await os.makedirs(at('a/b/c'));
    expect((await rejection(os.makedirs(at('a/b/c')))).code).to.equal('EEXIST');
    await os.makedirs(at('a/b/c'), { existOk: true });
    await os.removedirs(at('a/b/c'));
    expect(readdirSync(scratch.path)).to.deep.equal(['kept']);
  });

  it('getcwd returns the current directory, and abspath resolves against it', async () => {
    expect(await os.getcwd()).to.equal(process.cwd());
    expect(await ospath.abspath(at('file'))).to.equal(at('file'));
    expect(await ospath.abspath('file')).to.equal(path.join(process.cwd(), 'file'));
  });

  it('samefile and sameopenfile distinguish one file from two', async () => {
    put('one');
    put('two');
    await os.symlink('one', at('link'));
    expect(await ospath.samefile(at('one'), at('link'))).to.equal(true);
    expect(await ospath.samefile(at('one'), at('two'))).to.equal(false);
    const [a, b, c] = await Promise.all([open(at('one')), open(at('link')), open(at('two'))]);
    expect(await ospath.sameopenfile(a.fileno(), b.fileno())).to.equal(true);
    expect(await ospath.sameopenfile(a.fileno(), c.fileno())).to.equal(false);
    await Promise.all([a.close(), b.close(), c.close()]);
  });

  it('statvfs returns the size of the file system in blocks', async () => {
    const { bsize, blocks, bavail } = await os.statvfs(scratch.path);
    expect(bsize).to.be.above(0);
    expect(blocks).to.be.at.least(bavail);
  });
});
