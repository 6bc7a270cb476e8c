// BinaryFile, writing: what is buffered, when it reaches the file, and positions meanwhile.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { Readable } from 'node:stream';
import { type BinaryFile, open, type RawFile } from 'uvfiles';
import { codeOf, Folder, rejection } from '../support/files.js';
import { failure } from '../support/pipes.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('writing a binary file', () => {
  const folder = new Folder();
  const file = (mode: string, content = '', buffering = 8): Promise<BinaryFile> =>
    open(folder.put('f', content), mode as 'wb', { buffering });

  it('keeps small writes until the buffer is full, flushed or closed', async () => {
    const f = await file('wb');
    expect(await f.write(bytes('abc'))).to.equal(3);
    expect(folder.get('f')).to.equal('');
    expect(await f.tell()).to.equal(3);
    await f.write(bytes('defgh'));
    await f.write(bytes('i'));
    expect(folder.get('f')).to.equal('abcdefgh');
    await f.flush();
    expect(folder.get('f')).to.equal('abcdefghi');
    await f.write(bytes('j'));
    await f.close();
    expect(folder.get('f')).to.equal('abcdefghij');
  });

  it('writes data larger than the buffer after the buffered data', async () => {
    await using f = await file('wb');
    await f.write(bytes('ab'));
    expect(await f.write(Buffer.alloc(100, 'x'))).to.equal(100);
    await f.write(bytes('c'));
    await f.flush();
    expect(folder.get('f')).to.equal(`ab${'x'.repeat(100)}c`);
  });

  it('writes all bytes of every kind of memory', async () => {
    const shared = new SharedArrayBuffer(2);
    new Uint8Array(shared).set(bytes('st'));
    await using f = await file('wb');
    for (const each of [
      new Uint16Array([0x6261]),
      new DataView(Uint8Array.from(bytes('xcdx')).buffer, 1, 2),
      Uint8Array.from(bytes('ef')).buffer,
      shared,
      new Uint8Array(shared),
      new Float64Array(1),
      bytes(''),
    ]) {
      await f.write(each);
    }
    await f.flush();
    expect(folder.get('f')).to.equal('abcdefstst\0\0\0\0\0\0\0\0');
    for (const bad of ['text', 5, null, undefined, {}, [1, 2]]) {
      expect(await codeOf(f.write(bad as never)), String(bad)).to.equal('ERR_INVALID_ARG_TYPE');
    }
  });

  it('writes the items of iterables and async iterables in order', async () => {
    const items = [bytes('a'), Buffer.alloc(20, 'b'), new Uint8Array(0), bytes('c')];
    async function* produce(): AsyncGenerator<Buffer> {
      for (const item of ['1', '2', '3']) {
        await new Promise(setImmediate);
        yield bytes(item);
      }
    }
    await using f = await file('wb');
    const all = [
      f.writelines(items),
      f.write(bytes('|')),
      f.writelines(produce()),
      f.write(bytes('|')),
      f.writelines(new Set(items)),
    ];
    await Promise.all(all);
    await f.flush();
    expect(folder.get('f')).to.equal(`a${'b'.repeat(20)}c|123|a${'b'.repeat(20)}c`);
    expect(await rejection(f.writelines([bytes('x'), 'y'] as never))).to.include({
      code: 'ERR_INVALID_ARG_TYPE',
      bytesWritten: 1,
    });
    expect(await codeOf(f.writelines(5 as never))).to.equal('ERR_INVALID_ARG_TYPE');
  });

  it('overwrites in place after reading, and reads what it has written', async () => {
    await using f = await file('rb+', '0123456789');
    expect(await f.read(2)).to.deep.equal(bytes('01'));
    await f.write(bytes('ab'));
    expect(await f.tell()).to.equal(4);
    expect(await f.read(2)).to.deep.equal(bytes('45'));
    await f.write(bytes('cd'));
    await f.seek(-3, 1);
    expect(await f.read()).to.deep.equal(bytes('5cd89'));
    expect(folder.get('f')).to.equal('01ab45cd89');
    await f.seek(0);
    expect(await f.readline()).to.deep.equal(bytes('01ab45cd89'));
  });

  it('leaves a hole of zeros when it writes beyond the end', async () => {
    await using f = await file('wb');
    expect(await f.seek(5)).to.equal(5);
    await f.write(bytes('x'));
    await f.flush();
    expect(folder.get('f')).to.equal('\0\0\0\0\0x');
  });

  it('appends after data that others append, and reports the true position', async () => {
    await using f = await file('ab+', 'abc');
    expect(await f.tell()).to.equal(3);
    await f.write(bytes('d'));
    fs.appendFileSync(folder.at('f'), 'OTHER');
    expect(await f.tell()).to.equal(9);
    expect(folder.get('f')).to.equal('abcOTHERd');
    await f.seek(0);
    expect(await f.read(3)).to.deep.equal(bytes('abc'));
    await f.write(bytes('e'));
    await f.flush();
    expect(folder.get('f')).to.equal('abcOTHERde');
    expect(await f.tell()).to.equal(10);
  });

  it('truncates a file that it appends to, and continues at the new end', async () => {
    for (const mode of ['ab', 'ab+'] as const) {
      await using f = await file(mode, '0123456789');
      expect(await f.truncate(4)).to.equal(4);
      await f.write(bytes('x'));
      await f.flush();
      expect(folder.get('f')).to.equal('0123x');
    }
  });

  it('seeks relative to the true position in append mode', async () => {
    await using f = await file('ab+', 'abc');
    await f.seek(0);
    await f.write(bytes('d'));
    expect(await f.seek(-1, 1)).to.equal(3);
    expect(await f.read()).to.deep.equal(bytes('d'));
  });

  it('truncates buffered data, too, and keeps its position', async () => {
    await using f = await file('rb+', '0123456789');
    await f.seek(4);
    await f.write(bytes('ab'));
    expect(await f.truncate()).to.equal(6);
    expect(folder.get('f')).to.equal('0123ab');
    expect(await f.truncate(2)).to.equal(2);
    expect(await f.tell()).to.equal(6);
    await f.write(bytes('x'));
    await f.flush();
    expect(folder.get('f')).to.equal('01\0\0\0\0x');
    await f.seek(0);
    await f.read(1);
    await f.truncate(3n);
    expect(await f.read()).to.deep.equal(bytes('1\0'));
  });

  it('flushes before sync and datasync', async () => {
    await using f = await file('wb');
    await f.write(bytes('a'));
    await f.sync();
    expect(folder.get('f')).to.equal('a');
    await f.write(bytes('b'));
    await f.datasync();
    expect(folder.get('f')).to.equal('ab');
  });

  it('moves the descriptor to the position of the handle on flush', async () => {
    await using f = await file('rb+', '0123456789', 100);
    await f.read(3);
    await f.flush();
    expect(fs.readSync(f.fileno(), Buffer.alloc(1))).to.equal(1);
    expect(fs.readSync(f.fileno(), Buffer.alloc(100))).to.equal(6);
  });

  it('makes written data visible to the raw file after detach', async () => {
    for (const binary of [true, false]) {
      const name = folder.at('detached');
      let written: Promise<number>;
      let raw: RawFile;
      if (binary) {
        const f = await open(name, 'w+b');
        written = f.write(bytes('abc'));
        raw = f.detach();
      } else {
        const f = await open(name, 'w+');
        written = f.write('abc');
        raw = f.detach().detach();
      }
      const view = Buffer.alloc(3);
      // All calls are made at once, without waiting between them.
      const [, read, count] = await Promise.all([
        raw.pwrite(Buffer.from('d'), 3),
        raw.pread(10, 0),
        raw.preadinto(view, 0),
        written,
      ]);
      expect(read.toString()).to.match(/^abcd?$/);
      expect(count).to.equal(3);
      expect(view.toString()).to.equal('abc');
      await raw.close();
      expect(folder.get('detached')).to.equal('abcd');
    }
  });

  it('flushes in detach, which returns the raw file and makes the handle unusable', async () => {
    const f = await file('wb');
    await f.write(bytes('abc'));
    const raw = f.detach();
    expect(raw).to.equal(f.raw);
    await raw.write(bytes('d'));
    expect(folder.get('f')).to.equal('abcd');
    expect(await codeOf(f.write(bytes('x')))).to.equal('ERR_FILE_CLOSED');
    expect(await codeOf(f.close())).to.equal('ERR_FILE_CLOSED');
    expect(() => f.detach())
      .to.throw()
      .with.property('code', 'ERR_FILE_CLOSED');
    await raw.close();
  });

  it('detaches the memory with transfer, and writes the same bytes', async () => {
    await using f = await file('wb');
    for (const size of [3, 100_000]) {
      const data = new Uint8Array(size).fill(65);
      expect(await f.write(data, { transfer: true })).to.equal(size);
      expect(data.byteLength).to.equal(0);
    }
    const part = new Uint8Array(10).fill(66).subarray(2, 4);
    await f.write(part, { transfer: true });
    await f.flush();
    expect(folder.get('f')).to.equal('A'.repeat(100_003) + 'BB');
  });

  it('rejects writelines after an abort or timeout while its source is waiting, and ends the source', async () => {
    const reason = new Error('enough');
    for (const buffering of [-1, 0])
      for (const o of [{ timeout: 20 }, {}]) {
        const controller = new AbortController();
        const source = new Readable({ read: () => undefined, objectMode: true });
        source.push(bytes('ab'));
        await using f = await open(folder.put('f'), 'wb', { buffering });
        const ended = failure(f.writelines(source, { signal: controller.signal, ...o }));
        const next = f.write(bytes('c'));
        if (!('timeout' in o)) controller.abort(reason);
        const error = await ended;
        if ('timeout' in o) expect(error.code).to.equal('ERR_TIMEOUT');
        else expect(error).to.include({ code: 'ABORT_ERR', cause: reason });
        expect(source.destroyed).to.equal(true);
        await next;
        await f.flush();
        // It may have ended before the first item was taken, also by its timeout on a busy machine.
        expect([folder.get('f'), error.bytesWritten]).to.deep.be.oneOf([
          ['abc', 2],
          ['c', undefined],
        ]);
      }
  });
});
