// copy, copytree, move, rmtree and sendfile: same bytes, same holes, nothing lost when they fail.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { os } from 'uvfiles';

import { skip } from '../support/skip.js';
import { mountSmallDisk, rejection, scratchDirectory } from '../support/temp.js';

describe('copies', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  function makeTree(): void {
    mkdirSync(at('src/sub/empty'), { recursive: true });
    writeFileSync(at('src/file'), 'content');
    writeFileSync(at('src/sub/run'), '#!');
    chmodSync(at('src/sub/run'), 0o755);
    symlinkSync('file', at('src/link'));
    symlinkSync('nowhere', at('src/dangling'));
    utimesSync(at('src/file'), 1, 2);
    utimesSync(at('src/sub'), 3, 4);
  }

  it('copies a file with its permission bits, to a path or into a directory', async () => {
    const bytes = randomBytes(3_000_000);
    writeFileSync(at('a'), bytes);
    chmodSync(at('a'), 0o751);
    mkdirSync(at('d'));
    expect(await os.copy(at('a'), at('b'))).to.equal(at('b'));
    expect(await os.copy(at('a'), at('d'))).to.equal(at('d/a'));
    for (const copy of ['b', 'd/a']) {
      expect(readFileSync(at(copy)).equals(bytes)).to.equal(true);
      expect(statSync(at(copy)).mode & 0o7777).to.equal(0o751);
    }
  });

  it('keeps times and attributes when asked to', async () => {
    writeFileSync(at('a'), 'x');
    utimesSync(at('a'), 10, 20);
    const attributes = spawnSync('setfattr', ['-n', 'user.kept', '-v', 'v', at('a')]).status === 0;
    await os.copy(at('a'), at('b'), { preserve: true });
    expect(statSync(at('b')).mtimeMs).to.equal(20_000);
    if (attributes) expect(spawnSync('getfattr', ['-n', 'user.kept', at('b')]).status).to.equal(0);
    await os.copy(at('a'), at('c'));
    expect(statSync(at('c')).mtimeMs).to.be.above(20_000);
  });

  it('refuses to overwrite when exclusive, and to copy a file onto itself', async () => {
    writeFileSync(at('a'), 'precious');
    writeFileSync(at('b'), 'other');
    symlinkSync('a', at('l'));
    expect(await rejection(os.copy(at('a'), at('b'), { exclusive: true }))).to.include({
      code: 'EEXIST',
      syscall: 'copyfile',
      path: at('a'),
      dest: at('b'),
    });
    expect(readFileSync(at('b'), 'utf8')).to.equal('other');
    expect((await rejection(os.copy(at('a'), at('a')))).code).to.equal('EINVAL');
    expect((await rejection(os.copy(at('a'), at('l')))).code).to.equal('EINVAL');
    expect(readFileSync(at('a'), 'utf8')).to.equal('precious');
    expect((await rejection(os.copy(scratch.path, at('x')))).code).to.equal('EISDIR');
    await os.copy(at('l'), at('m'), { followSymlinks: false });
    expect(lstatSync(at('m')).isSymbolicLink()).to.equal(true);
  });

  it('preserves holes', async () => {
    const fd = openSync(at('a'), 'w');
    writeSync(fd, 'middle', 8 << 20);
    ftruncateSync(fd, 64 << 20);
    closeSync(fd);
    await os.copy(at('a'), at('b'));
    expect(statSync(at('b')).size).to.equal(64 << 20);
    expect(statSync(at('b')).blocks * 512).to.be.below(1 << 20);
    expect(readFileSync(at('b')).equals(readFileSync(at('a')))).to.equal(true);
  });

  it('leaves no partial copy when the disk is full or the call is aborted', async function () {
    mountSmallDisk(this, at('small'));
    try {
      writeFileSync(at('big'), randomBytes(1 << 20));
      expect((await rejection(os.copy(at('big'), at('small')))).code).to.equal('ENOSPC');
      expect(readdirSync(at('small'))).to.deep.equal([]);
      expect((await rejection(os.move(at('big'), at('small')))).code).to.equal('ENOSPC');
      mkdirSync(at('tree/sub'), { recursive: true });
      writeFileSync(at('tree/sub/big'), randomBytes(1 << 20));
      expect((await rejection(os.move(at('tree'), at('small')))).code).to.equal('ENOSPC');
      expect(readdirSync(at('small'))).to.deep.equal([]);
      expect(statSync(at('tree/sub/big')).size).to.equal(1 << 20);
      expect(statSync(at('big')).size).to.equal(1 << 20);
    } finally {
      spawnSync('umount', [at('small')]);
    }
  });

  it('copies a tree, links as they stand, with modes and times', async () => {
    makeTree();
    await os.copytree(at('src'), at('new/dst'));
    expect(readdirSync(at('new/dst'), { recursive: true }).sort()).to.deep.equal(
      readdirSync(at('src'), { recursive: true }).sort(),
    );
    expect(readFileSync(at('new/dst/file'), 'utf8')).to.equal('content');
    expect(lstatSync(at('new/dst/dangling')).isSymbolicLink()).to.equal(true);
    expect(statSync(at('new/dst/sub/run')).mode & 0o777).to.equal(0o755);
    expect(statSync(at('new/dst/file')).mtimeMs).to.equal(2000);
    expect(statSync(at('new/dst/sub')).mtimeMs).to.equal(4000);
  });

  it('copies into an existing directory only with existOk, never a tree into itself, and follows links with symlinks: false', async () => {
    makeTree();
    mkdirSync(at('dst'));
    expect((await rejection(os.copytree(at('src'), at('dst')))).code).to.equal('EEXIST');
    writeFileSync(at('dst/file'), 'older');
    await os.copytree(at('src'), at('dst'), { existOk: true });
    expect(readFileSync(at('dst/file'), 'utf8')).to.equal('content');
    expect((await rejection(os.copytree(at('src'), at('src/sub/in')))).code).to.equal('EINVAL');
    expect((await rejection(os.copytree(at('src'), at('y'), { symlinks: false }))).code).to.equal('ENOENT');
    rmSync(at('src/dangling'));
    await os.copytree(at('src'), at('z'), { symlinks: false });
    expect(lstatSync(at('z/link')).isFile()).to.equal(true);
  });

  it('moves by renaming, into directories, and not over an existing target', async () => {
    makeTree();
    mkdirSync(at('in'));
    const { ino } = statSync(at('src'));
    expect(await os.move(at('src'), at('in'))).to.equal(at('in/src'));
    expect(statSync(at('in/src')).ino).to.equal(ino);
    writeFileSync(at('src'), '');
    expect((await rejection(os.move(at('src'), at('in')))).code).to.equal('EEXIST');
    expect((await rejection(os.move(at('in'), at('in/src/sub')))).code).to.equal('EINVAL');
    expect(await os.move(at('src'), at('other'))).to.equal(at('other'));
  });

  it('moves across file systems', async function () {
    let elsewhere = '';
    try {
      elsewhere = path.normalize(mkdtempSync('/dev/shm/uvfiles-test-'));
    } catch {
      /* there is none */
    }
    if (elsewhere === '' || statSync(elsewhere).dev === statSync(scratch.path).dev)
      skip(this, 'no second file system at /dev/shm');
    try {
      makeTree();
      const listed = readdirSync(at('src'), { recursive: true }).sort();
      expect(await os.move(at('src'), elsewhere)).to.equal(path.join(elsewhere, 'src'));
      expect(existsSync(at('src'))).to.equal(false);
      expect(readdirSync(path.join(elsewhere, 'src'), { recursive: true }).sort()).to.deep.equal(listed);
      expect(statSync(path.join(elsewhere, 'src/file')).mtimeMs).to.equal(2000);
      writeFileSync(at('one'), '1');
      await os.move(at('one'), path.join(elsewhere, 'two'));
      expect(readFileSync(path.join(elsewhere, 'two'), 'utf8')).to.equal('1');
      expect(existsSync(at('one'))).to.equal(false);
      expect(readdirSync(elsewhere).sort()).to.deep.equal(['src', 'two']);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('removes a tree but no link target, and reports what it cannot remove', async () => {
    makeTree();
    mkdirSync(at('outside'));
    writeFileSync(at('outside/kept'), '');
    symlinkSync(at('outside'), at('src/out'));
    await os.rmtree(at('src'));
    expect(existsSync(at('src'))).to.equal(false);
    expect(existsSync(at('outside/kept'))).to.equal(true);
    expect((await rejection(os.rmtree(at('src')))).code).to.equal('ENOENT');
    await os.rmtree(at('src'), { ignoreErrors: true });
    const errors: (string | undefined)[] = [];
    await os.rmtree(at('src'), { onError: (error) => errors.push(error.code) });
    expect(errors).to.deep.equal(['ENOENT']);
  });

  it('rejects with ELOOP for a link that leads to itself, and removes nothing', async () => {
    symlinkSync('loop', at('loop'));
    expect((await rejection(os.rmtree(at('loop/x')))).code).to.equal('ELOOP');
    expect((await rejection(os.rmtree(at('loop')))).code).to.equal('ENOTDIR');
    expect(lstatSync(at('loop')).isSymbolicLink()).to.equal(true);
  });

  it('sends a range of a file to another file', async () => {
    writeFileSync(at('a'), '0123456789');
    const source = openSync(at('a'), 'r');
    const target = openSync(at('b'), 'w');
    try {
      expect(await os.sendfile(target, source, 2, 5)).to.equal(5);
      expect(await os.sendfile(target, source, 8, 100)).to.equal(2);
      expect(await os.sendfile(target, source, null, 3)).to.equal(3);
      expect(await os.sendfile(target, source, null, 1)).to.equal(1);
      expect(readFileSync(at('b'), 'utf8')).to.equal('23456' + '89' + '012' + '3');
      expect((await rejection(os.sendfile(target, source, -1, 3))).code).to.equal('ERR_OUT_OF_RANGE');
      expect((await rejection(os.sendfile(99999, source, 0, 3))).code).to.equal('EBADF');
    } finally {
      closeSync(source);
      closeSync(target);
    }
  });

  it('sends more to a socket than it accepts at a time', async () => {
    const bytes = randomBytes(8_000_000);
    writeFileSync(at('a'), bytes);
    const received: Buffer[] = [];
    const server = createServer((socket) => socket.on('data', (data: Buffer) => received.push(data)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket: Socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const source = openSync(at('a'), 'r');
    try {
      const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
      expect(await os.sendfile(fd, source, 0, 10_000_000)).to.equal(bytes.length);
      socket.end();
      await new Promise((resolve) => socket.once('close', resolve));
      expect(Buffer.concat(received).equals(bytes)).to.equal(true);
    } finally {
      closeSync(source);
      server.close();
    }
  });
});
