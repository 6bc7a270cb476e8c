// RawFile: each call makes about one system call.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { open, type RawFile } from 'uvfiles';
import { codeOf, Folder } from '../support/files.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a raw file', () => {
  const folder = new Folder();
  /** A file on a borrowed descriptor, after a read whose bytes could not be delivered. */
  const withUndelivered = async (content: string): Promise<{ f: RawFile; fd: number }> => {
    const fd = fs.openSync(folder.put('f', content), 'r');
    const f = await open(fd, 'rb', { buffering: 0, closefd: false });
    const view = new Uint8Array(4);
    const reading = f.readinto(view, { timeout: 60_000 });
    structuredClone(view.buffer, { transfer: [view.buffer] });
    expect(await codeOf(reading)).to.equal('ERR_INVALID_STATE');
    return { f, fd };
  };
  const raw = (content: string, mode = 'rb+'): Promise<RawFile> =>
    open(folder.put('f', content), mode as 'rb', { buffering: 0 });

  it('reads the available bytes, and none at the end', async () => {
    await using f = await raw('hello');
    expect(await f.read(2)).to.deep.equal(bytes('he'));
    expect(await f.read(100)).to.deep.equal(bytes('llo'));
    expect(await f.read(1)).to.deep.equal(bytes(''));
    expect(await f.read(0)).to.deep.equal(bytes(''));
    expect(await f.tell()).to.equal(5);
  });

  it('reads everything for a negative, null or missing size', async () => {
    await using f = await raw('hello');
    for (const size of [-1, -5, null, undefined]) {
      await f.seek(1);
      expect(await f.read(size)).to.deep.equal(bytes('ello'));
    }
    await f.seek(2);
    expect(await f.readall()).to.deep.equal(bytes('llo'));
    expect(await f.readall()).to.deep.equal(bytes(''));
  });

  it('reads data that is appended after the end was reached', async () => {
    await using f = await raw('ab');
    await f.readall();
    expect(await f.read(5)).to.deep.equal(bytes(''));
    fs.appendFileSync(folder.at('f'), 'cd');
    expect(await f.read(5)).to.deep.equal(bytes('cd'));
  });

  it('reads into any view', async () => {
    await using f = await raw('abcdefghijklmnop');
    const array = new Uint8Array(3);
    expect(await f.readinto(array)).to.equal(3);
    expect(Buffer.from(array).toString()).to.equal('abc');
    const words = new Uint16Array(2);
    expect(await f.readinto(words)).to.equal(4);
    expect(Buffer.from(words.buffer).toString()).to.equal('defg');
    const view = new DataView(new ArrayBuffer(10), 4, 2);
    expect(await f.readinto(view)).to.equal(2);
    expect(Buffer.from(view.buffer).toString('latin1')).to.equal('\0\0\0\0hi\0\0\0\0');
    expect(await f.readinto(new Uint8Array(100))).to.equal(7);
    expect(await f.readinto(new Uint8Array(100))).to.equal(0);
    expect(await f.readinto(new Uint8Array(0))).to.equal(0);
  });

  it('writes at its position, all bytes of any view', async () => {
    await using f = await raw('----------------');
    expect(await f.write(bytes('ab'))).to.equal(2);
    expect(folder.get('f')).to.equal('ab--------------');
    expect(await f.write(new Uint16Array([0x6463, 0x6665]))).to.equal(4);
    expect(await f.write(new DataView(bytes('xxghxx').buffer.slice(0), 0, 0))).to.equal(0);
    expect(await f.write(Uint8Array.from(bytes('gh')).buffer)).to.equal(2);
    expect(folder.get('f')).to.equal('abcdefgh--------');
    expect(await f.tell()).to.equal(8);
    await f.writelines([bytes('1'), bytes('2')]);
    expect(folder.get('f')).to.equal('abcdefgh12------');
  });

  it('seeks from the start, the position and the end', async () => {
    await using f = await raw('0123456789');
    expect(await f.seek(4)).to.equal(4);
    expect(await f.seek(2, 1)).to.equal(6);
    expect(await f.seek(-3, 1)).to.equal(3);
    expect(await f.seek(-1, 2)).to.equal(9);
    expect(await f.read(5)).to.deep.equal(bytes('9'));
    expect(await f.seek(20n)).to.equal(20);
    await f.write(bytes('x'));
    expect(folder.get('f')).to.equal('0123456789\0\0\0\0\0\0\0\0\0\0x');
    expect(await codeOf(f.seek(-100, 1))).to.equal('EINVAL');
    expect(await f.tell()).to.equal(21);
  });

  it('truncates to its position or to a given size, and does not move', async () => {
    await using f = await raw('0123456789');
    await f.seek(4);
    expect(await f.truncate()).to.equal(4);
    expect(await f.truncate(6)).to.equal(6);
    expect(await f.truncate(7n)).to.equal(7);
    expect(await f.tell()).to.equal(4);
    expect(folder.get('f')).to.equal('0123\0\0\0');
  });

  it('appends regardless of its position', async () => {
    await using f = await raw('abc', 'ab+');
    await f.seek(0);
    await f.write(bytes('d'));
    expect(await f.tell()).to.equal(4);
    await f.seek(0);
    expect(await f.readall()).to.deep.equal(bytes('abcd'));
  });

  it('rejects operations that its mode does not allow', async () => {
    const r = await raw('x', 'rb');
    const w = await raw('x', 'wb');
    expect(await codeOf(r.write(bytes('x')))).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await codeOf(r.writelines([]))).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await codeOf(r.truncate(0))).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await codeOf(r.pwrite(bytes('x'), 0))).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await codeOf(w.read())).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await codeOf(w.readinto(new Uint8Array(1)))).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect(await codeOf(w.pread(1, 0))).to.equal('ERR_UNSUPPORTED_OPERATION');
    await Promise.all([r.close(), w.close()]);
  });

  it('has no buffer: the file is up to date after each write', async () => {
    await using f = await raw('');
    await f.write(bytes('abc'));
    expect(folder.get('f')).to.equal('abc');
    await f.flush();
    await f.sync();
    await f.datasync();
    expect((await f.stat()).size).to.equal(3);
    expect((await f.stat({ bigint: true })).size).to.equal(3n);
  });

  it('leaves bytes that it read and could not deliver to the next user of the descriptor', async () => {
    for (const how of ['flush', 'close'] as const) {
      const { f, fd } = await withUndelivered('abcdef');
      await f[how]();
      expect(fs.readFileSync(fd, 'latin1'), how).to.equal('abcdef');
      await f.close();
      fs.closeSync(fd);
    }
  });

  it('is closed although the position of its descriptor cannot be set', async () => {
    const { f, fd } = await withUndelivered('abcdef');
    const { file } = (f as unknown as { _io: { file: Record<'seek' | 'close', () => Promise<unknown>> } })
      ._io;
    const close = file.close.bind(file);
    let closes = 0;
    file.close = () => (closes++, close());
    file.seek = () => Promise.reject(Object.assign(new Error('injected'), { code: 'EIO' }));
    expect(await codeOf(f.close())).to.equal('EIO');
    expect(closes).to.equal(1);
    fs.closeSync(fd);
  });
});
