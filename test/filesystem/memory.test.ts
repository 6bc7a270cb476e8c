// The memory file system by itself: content, space, times, users.
import { expect } from 'chai';
import { constants, Stats, type Stats as NodeStats } from 'node:fs';

import { MemoryFileSystem } from '../../lib/filesystem/memory/memory-file-system.js';
import type { MemoryOptions } from '../../lib/filesystem/memory/state.js';
import { Credentials } from '../../lib/filesystem/memory/user.js';
import { rejection } from '../support/temp.js';

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;
const NEW = O_RDWR | O_CREAT;
const call = {};
const FOLLOW = { followSymlinks: true, bigint: false };
const TERABYTE = 2 ** 40;

const root = new Credentials({ uid: 0, gid: 0 });
const files = (o: Partial<MemoryOptions> = {}): MemoryFileSystem =>
  new MemoryFileSystem({ credentials: root, ...o });
const statOf = async (memory: MemoryFileSystem, path: string): Promise<NodeStats> =>
  await memory.stat(path, FOLLOW);
const text = async (memory: MemoryFileSystem, path: string): Promise<string> =>
  Buffer.from(await memory.readFile(path, call)).toString();
const write = (
  memory: MemoryFileSystem,
  path: string,
  data: string | Buffer,
  flags = O_CREAT | O_TRUNC,
): Promise<void> => memory.writeFile(path, Buffer.from(data), flags, 0o666, call);
const names = async (memory: MemoryFileSystem, path: string): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const batch of memory.list(path)) all.push(...batch.map(({ name }) => name));
  return all;
};

describe('the memory file system', () => {
  it('reads back what was written at any position, and zeros between', async () => {
    const memory = files();
    const expected = Buffer.alloc(300_000);
    const f = await memory.open('/f', NEW, 0o666, call);
    for (const [position, length] of [
      [0, 10],
      [65_530, 20],
      [200_000, 100_000],
      [3, 2],
      [131_072, 1],
    ] as const) {
      const data = Buffer.alloc(length, position % 251 || 7);
      expect(await f.pwrite!(data, position, call)).to.equal(length);
      data.copy(expected, position);
    }
    expect(Buffer.from(await f.pread(400_000, 0, call)).equals(expected)).to.equal(true);
    expect(Buffer.from(await f.pread(100, 65_500, call)).equals(expected.subarray(65_500, 65_600))).to.equal(
      true,
    );
    expect((await f.pread(10, 300_000, call)).length).to.equal(0);
    await f.close();
  });

  it('shows zeros where a file was cut and extended again', async () => {
    const memory = files();
    await write(memory, '/f', 'x'.repeat(100_000));
    await memory.truncate('/f', 10);
    await memory.truncate('/f', 70_000);
    const content = await memory.readFile('/f', call);
    expect(content.length).to.equal(70_000);
    expect(content.subarray(0, 10).every((byte) => byte === 120)).to.equal(true);
    expect(content.subarray(10).every((byte) => byte === 0)).to.equal(true);
  });

  it('stores nothing for a hole of a terabyte', async () => {
    const memory = files({ capacity: 100_000 });
    const f = await memory.open('/f', NEW, 0o666, call);
    await f.truncate!(TERABYTE, call);
    await f.pwrite!(Buffer.from('end'), TERABYTE - 3, call);
    const { size, blocks } = (await f.stat(call)) as NodeStats;
    expect(size).to.equal(TERABYTE);
    expect(blocks).to.be.lessThan(200);
    expect(Buffer.from(await f.pread(5, TERABYTE - 4, call)).toString()).to.equal('\0end');
    await f.close();
  });

  it('reports how much was written when it is full, and frees the space of removed files', async () => {
    const memory = files({ capacity: 10 });
    await write(memory, '/a', 'abcd');
    const full = await rejection(write(memory, '/b', '12345678'));
    expect(full).to.include({ code: 'ENOSPC', bytesWritten: 6 });
    expect(await text(memory, '/b')).to.equal('123456');
    await memory.unlink('/a');
    await write(memory, '/c', 'wxyz');
    expect(await text(memory, '/c')).to.equal('wxyz');
    expect((await memory.statvfs('/')).bfree).to.equal(0);
  });

  it('keeps the content and the space of an open file that was removed until it is closed', async () => {
    const memory = files({ capacity: 4 });
    const f = await memory.open('/f', NEW | O_EXCL, 0o666, call);
    await f.pwrite!(Buffer.from('kept'), 0, call);
    await memory.unlink('/f');
    expect(Buffer.from(await f.pread(9, 0, call)).toString()).to.equal('kept');
    expect(((await f.stat(call)) as NodeStats).nlink).to.equal(0);
    expect((await rejection(write(memory, '/g', 'x'))).code).to.equal('ENOSPC');
    await f.close();
    await write(memory, '/g', 'x');
  });

  it('does not change what was read when the file changes, nor after the caller changes what was written', async () => {
    const memory = files();
    const data = Buffer.from('first');
    const f = await memory.open('/f', NEW, 0o666, call);
    await f.pwrite!(data, 0, call);
    data.fill('?');
    const before = await f.pread(5, 0, call);
    await f.pwrite!(Buffer.from('again'), 0, call);
    expect(Buffer.from(before).toString()).to.equal('first');
    before.fill(0);
    expect(await text(memory, '/f')).to.equal('again');
    await f.close();
  });

  it('appends at the current end of the file', async () => {
    const memory = files();
    const one = await memory.open('/f', O_WRONLY | O_CREAT | O_APPEND, 0o666, call);
    const two = await memory.open('/f', O_WRONLY | O_APPEND, 0, call);
    await one.append!(Buffer.from('1'), call);
    await two.append!(Buffer.from('22'), call);
    await one.pwrite!(Buffer.from('3'), 0, call);
    expect(await text(memory, '/f')).to.equal('1223');
    await Promise.all([one.close(), two.close()]);
  });

  it('rejects reads of files that are open for writing only, and writes of those open for reading only', async () => {
    const memory = files();
    const w = await memory.open('/f', O_WRONLY | O_CREAT, 0o666, call);
    const r = await memory.open('/f', O_RDONLY, 0, call);
    expect((await rejection(w.pread(1, 0, call))).code).to.equal('EBADF');
    expect((await rejection(r.pwrite!(Buffer.from('x'), 0, call))).code).to.equal('EBADF');
    expect((await rejection(r.truncate!(0, call))).code).to.equal('EINVAL');
    expect((await rejection(w.truncate!(2n ** 62n, call))).code).to.equal('EFBIG');
  });

  it('accepts and returns names that are not UTF-8 as bytes', async () => {
    const memory = files();
    const name = Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0xed, 0xa0, 0x80]);
    await memory.mkdir(Buffer.concat([Buffer.from('/'), name]), 0o777);
    await memory.mkdir(Buffer.from('/plain'), 0o777);
    await memory.symlink(name, '/link');
    expect(await names(memory, '/')).to.deep.equal([name, 'plain', 'link']);
    expect(await memory.readlink('/link')).to.deep.equal(name);
    expect((await statOf(memory, '/link')).isDirectory()).to.equal(true);
    expect(await memory.realpath('/link')).to.deep.equal(Buffer.concat([Buffer.from('/'), name]));
  });

  it("makes Node's own Stats, with times of the clock that it was given", async () => {
    let now = 1_000_000_000_000.25;
    const memory = files({ clock: () => now });
    await write(memory, '/f', 'x');
    now += 1000.5;
    await write(memory, '/f', 'yy', 0);
    const stats = await statOf(memory, '/f');
    expect(stats).to.be.instanceOf(Stats);
    expect(stats.birthtimeMs).to.equal(1_000_000_000_000.25);
    expect(stats.mtimeMs).to.equal(1_000_000_001_000.75);
    expect(stats.mtime.getTime()).to.equal(1_000_000_001_001);
    await memory.utimes('/f', 1500.25, -2500.5, FOLLOW);
    const set = await statOf(memory, '/f');
    expect([set.atimeMs, set.mtimeMs]).to.deep.equal([1500.25, -2500.5]);
  });

  it('applies its umask', async () => {
    const memory = files({ umask: 0o027 });
    await write(memory, '/f', '');
    await memory.mkdir('/d', 0o777);
    expect((await statOf(memory, '/f')).mode.toString(8)).to.equal('100640');
    expect((await statOf(memory, '/d')).mode.toString(8)).to.equal('40750');
  });

  it('checks the permissions of its user', async () => {
    const memory = files();
    await memory.mkdir('/locked', 0o755);
    await write(memory, '/locked/secret', 'x');
    await memory.chmod('/locked/secret', 0o600);
    memory.state.credentials = new Credentials({ uid: 1000, gid: 1000 });
    expect((await rejection(memory.readFile('/locked/secret', call))).code).to.equal('EACCES');
    expect((await rejection(memory.unlink('/locked/secret'))).code).to.equal('EACCES');
    expect((await rejection(memory.chmod('/locked/secret', 0o666))).code).to.equal('EPERM');
    expect(await memory.access('/locked/secret', constants.R_OK)).to.equal(false);
    expect(await memory.access('/locked', constants.R_OK | constants.X_OK)).to.equal(true);
  });

  it('follows at most 40 links', async () => {
    const memory = files();
    await write(memory, '/l0', 'end');
    for (let i = 1; i <= 41; i++) await memory.symlink(`l${i - 1}`, `/l${i}`);
    expect(await text(memory, '/l40')).to.equal('end');
    expect((await rejection(memory.readFile('/l41', call))).code).to.equal('ELOOP');
  });

  it('opens a directory only with O_DIRECTORY, to sync it', async () => {
    const memory = files();
    expect((await rejection(memory.open('/', O_RDONLY, 0, call))).code).to.equal('EISDIR');
    const directory = await memory.open('/', O_RDONLY | O_DIRECTORY, 0, call);
    await directory.sync!(call);
    expect((await rejection(directory.pread(1, 0, call))).code).to.equal('EISDIR');
    await directory.close();
  });

  it('creates files without names', async () => {
    const memory = files();
    const f = await memory.createTemporary('/');
    await f.pwrite!(Buffer.from('x'), 0, call);
    expect(Buffer.from(await f.pread(2, 0, call)).toString()).to.equal('x');
    expect(await names(memory, '/')).to.deep.equal([]);
    await f.close();
  });
});
