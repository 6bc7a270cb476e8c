// The small calls of os, each compared with node:fs.
import { expect } from 'chai';
import {
  chmodSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { os } from 'uvfiles';
import * as subpath from 'uvfiles/os';

import { isRoot, rejection, runProgram, scratchDirectory } from '../support/temp.js';

describe('os', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  it('is the same as the subpath', () => {
    expect(Object.keys(subpath).sort()).to.include.members(Object.keys(os).sort());
    expect(subpath.walk).to.equal(os.walk);
  });

  it('accepts strings, bytes and file URLs as paths', async () => {
    writeFileSync(at('ä'), 'x');
    for (const given of [
      at('ä'),
      Buffer.from(at('ä')),
      new Uint8Array(Buffer.from(at('ä'))),
      pathToFileURL(at('ä')),
    ]) {
      expect((await os.stat(given)).size).to.equal(1);
      expect(await os.access(given)).to.equal(true);
      expect(await os.realpath(given)).to.equal(at('ä'));
    }
  });

  it('rejects invalid paths without throwing', async () => {
    for (const call of [
      os.unlink,
      os.rmdir,
      os.mkdir,
      os.listdir,
      os.readlink,
      os.rmtree,
      os.copy,
      os.statvfs,
    ]) {
      const error = await rejection((call as (path: unknown, dst?: unknown) => Promise<unknown>)(7, 7));
      expect(error.code).to.equal('ERR_INVALID_ARG_TYPE');
      const nul = await rejection(
        (call as (path: unknown, dst?: unknown) => Promise<unknown>)(
          'a\0b',
          call === os.copy ? 'c' : undefined,
        ),
      );
      expect(nul.code).to.equal('ERR_INVALID_ARG_VALUE');
    }
  });

  it('resolves to Stats and BigIntStats, as node:fs does', async () => {
    writeFileSync(at('f'), 'content');
    symlinkSync('f', at('l'));
    expect(await os.stat(at('l'))).to.deep.equal(statSync(at('l')));
    expect(await os.lstat(at('l'))).to.deep.equal(lstatSync(at('l')));
    expect(await os.stat(at('f'), { bigint: true })).to.deep.equal(statSync(at('f'), { bigint: true }));
  });

  it('rejects as node:fs does', async () => {
    const error = await rejection(os.rename(at('none'), at('other')));
    expect(error).to.include({ code: 'ENOENT', syscall: 'rename', path: at('none'), dest: at('other') });
    expect(error.message).to.equal(
      `ENOENT: no such file or directory, rename '${at('none')}' -> '${at('other')}'`,
    );
    expect(error.stack).to.include('names-and-attributes.test.ts');
  });

  it('changes modes, owners and times', async () => {
    writeFileSync(at('f'), '');
    await os.chmod(at('f'), 0o640);
    expect(statSync(at('f')).mode & 0o7777).to.equal(0o640);
    await os.chmod(at('f'), '600');
    expect(statSync(at('f')).mode & 0o7777).to.equal(0o600);
    expect((await rejection(os.chmod(at('f'), 0o77777))).code).to.equal('ERR_OUT_OF_RANGE');
    await os.utimes(at('f'), 1.5, new Date(2001));
    expect(statSync(at('f')).atimeMs).to.equal(1500);
    expect(statSync(at('f')).mtimeMs).to.equal(2001);
    await os.utimes(at('f'), -0.25, '7');
    expect(statSync(at('f')).atimeMs).to.equal(-250);
    symlinkSync('f', at('l'));
    await os.utimes(at('l'), 5, 5, { followSymlinks: false });
    expect(lstatSync(at('l')).mtimeMs).to.equal(5000);
    expect(statSync(at('f')).mtimeMs).to.equal(7000);
    await os.chown(at('f'), -1, -1);
    if (isRoot) {
      await os.chown(at('l'), 1, 2, { followSymlinks: false });
      expect(lstatSync(at('l'))).to.include({ uid: 1, gid: 2 });
      expect(statSync(at('f'))).to.include({ uid: 0 });
    }
  });

  it('creates, reads and follows links', async () => {
    writeFileSync(at('f'), 'x');
    await os.link(at('f'), at('h'));
    expect(statSync(at('h')).ino).to.equal(statSync(at('f')).ino);
    await os.symlink('f', at('l'));
    expect(readlinkSync(at('l'))).to.equal('f');
    expect(await os.readlink(at('l'))).to.equal('f');
    expect(await os.realpath(at('l'))).to.equal(at('f'));
    expect((await rejection(os.readlink(at('f')))).code).to.equal('EINVAL');
    expect((await rejection(os.symlink('f', at('l')))).code).to.equal('EEXIST');
  });

  it('returns names that are not UTF-8 as bytes if requested', async () => {
    const name = Buffer.from([0x66, 0xff, 0xfe]);
    const full = Buffer.concat([Buffer.from(`${scratch.path}/`), name]);
    writeFileSync(full, 'x');
    expect((await os.listdir(scratch.path, { encoding: 'buffer' }))[0]).to.deep.equal(name);
    for await (const entry of os.scandir(scratch.path, { encoding: 'buffer' })) {
      expect(entry.name).to.deep.equal(name);
      expect(entry.path).to.deep.equal(full);
    }
    for await (const entry of os.scandir(scratch.path)) expect((await entry.stat()).size).to.equal(1);
    for await (const [, , files] of os.walk(scratch.path, { encoding: 'buffer' }))
      expect(files).to.deep.equal([name]);
    expect(await os.realpath(full, { encoding: 'buffer' })).to.deep.equal(full);
    await os.symlink(name, at('l'));
    expect(await os.readlink(at('l'), { encoding: 'buffer' })).to.deep.equal(name);
    await os.rename(full, at('renamed'));
    expect(existsSync(at('renamed'))).to.equal(true);
    expect((await rejection(os.listdir('.', { encoding: 'latin1' as 'buffer' }))).code).to.equal(
      'ERR_INVALID_ARG_VALUE',
    );
  });

  it('checks access for the real ids, and resolves to false for a missing path', async () => {
    writeFileSync(at('f'), '');
    expect(await os.access(at('f'), constants.R_OK | constants.W_OK)).to.equal(true);
    expect(await os.access(at('none'))).to.equal(false);
    expect(await os.access(path.join(at('f'), 'x'))).to.equal(false);
    expect((await rejection(os.access(at('f'), 8))).code).to.equal('ERR_OUT_OF_RANGE');
    chmodSync(at('f'), 0o600);
    const program = `import { os } from 'uvfiles';
      console.log(await os.access(${JSON.stringify(at('f'))}, 4), await os.access(${JSON.stringify(at('f'))}, 0));`;
    const { stdout } = await runProgram(program, { unprivileged: true });
    if (isRoot) expect(stdout.trim()).to.equal('false true');
  });

  it('truncates files, and returns file system information and the current directory', async () => {
    writeFileSync(at('f'), 'content');
    await os.truncate(at('f'), 3);
    expect(readFileSync(at('f'), 'utf8')).to.equal('con');
    await os.truncate(at('f'));
    expect(statSync(at('f')).size).to.equal(0);
    expect((await rejection(os.truncate(at('f'), -1))).code).to.equal('ERR_OUT_OF_RANGE');
    const expected = statfsSync(scratch.path);
    const figures = await os.statvfs(scratch.path);
    expect(figures).to.include({ blocks: expected.blocks, files: expected.files, bsize: expected.bsize });
    const usage = await os.diskUsage(scratch.path);
    expect(usage.total).to.equal(expected.blocks * figures.frsize);
    expect(usage.used).to.be.within(0, usage.total);
    expect(await os.getcwd()).to.equal(process.cwd());
  });

  it('does nothing if the signal is already aborted', async () => {
    writeFileSync(at('f'), '');
    const signal = AbortSignal.abort('enough');
    const error = await rejection(os.unlink(at('f'), { signal }));
    expect(error).to.include({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' });
    expect(existsSync(at('f'))).to.equal(true);
    expect((await rejection(os.copy(at('f'), at('g'), { signal }))).name).to.equal('AbortError');
    expect(existsSync(at('g'))).to.equal(false);
  });

  it('rejects mkdir of an existing directory, and rmdir of one that is not empty', async () => {
    await os.mkdir(at('d'), 0o700);
    expect(statSync(at('d')).mode & 0o777).to.equal(0o700);
    await os.mkdir(at('e'), { mode: '750' });
    expect(statSync(at('e')).mode & 0o700).to.equal(0o700);
    expect((await rejection(os.mkdir(at('d')))).code).to.equal('EEXIST');
    mkdirSync(at('d/sub'));
    expect((await rejection(os.rmdir(at('d')))).code).to.equal('ENOTEMPTY');
    await os.rmdir(at('e'));
    expect(existsSync(at('e'))).to.equal(false);
    linkSync(readFileAt('f'), at('g'));
    await os.remove(at('g'));
    expect(existsSync(at('f'))).to.equal(true);
  });

  function readFileAt(name: string): string {
    writeFileSync(at(name), 'x');
    return at(name);
  }
});
