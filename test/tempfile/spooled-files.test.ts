// spooledTemporaryFile: when it moves to disk, and that only its descriptor shows this.
import { expect } from 'chai';
import { constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { spooledTemporaryFile } from 'uvfiles/tempfile';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { needsStrace, runTraced } from '../support/strace.js';
import { rejection, runProgram, scratchDirectory, unrolled } from '../support/temp.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('spooledTemporaryFile', () => {
  const scratch = scratchDirectory();

  it('stays in memory up to maxSize bytes, and moves to disk with the next byte', async () => {
    await using file = await spooledTemporaryFile({ maxSize: 30, dir: scratch.path });
    await file.write(Buffer.alloc(20, 1));
    expect(unrolled(file)).to.equal(true);
    await file.write(Buffer.alloc(10, 2));
    expect(unrolled(file)).to.equal(true);
    await file.write(Buffer.alloc(1, 3));
    expect(unrolled(file)).to.equal(false);
    expect(file.name).to.equal(file.fileno());
    expect(await file.tell()).to.equal(31);
    await file.seek(0);
    expect(await file.read()).to.deep.equal(
      Buffer.concat([Buffer.alloc(20, 1), Buffer.alloc(10, 2), Buffer.alloc(1, 3)]),
    );
    expect(scratch.list()).to.deep.equal([]);
  });

  it('explains how to get a descriptor while it has none', async () => {
    const file = await spooledTemporaryFile({ dir: scratch.path });
    expect(() => file.fileno())
      .to.throw('call rollover() first')
      .with.property('code', 'ERR_UNSUPPORTED_OPERATION');
    await file.close();
    expect(() => file.fileno())
      .to.throw()
      .with.property('code', 'ERR_FILE_CLOSED');
  });

  it('stays in memory with maxSize 0', async () => {
    await using file = await spooledTemporaryFile({ dir: scratch.path });
    await file.write(Buffer.alloc(300_000, 7));
    await file.flush();
    expect(unrolled(file)).to.equal(true);
    expect((await file.pread(5, 299_998)).length).to.equal(2);
  });

  it('makes no system call while it is small: a process without descriptors does everything but roll over', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const file = await tempfile.spooledTemporaryFile({ maxSize: 1000, dir: ${JSON.stringify(scratch.path)} });
       const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
       await file.write(Buffer.alloc(1000, 97)); await file.seek(10); await file.truncate(500); await file.sync();
       const size = (await file.stat()).size; const text = (await file.read(3)).toString();
       await file.write(Buffer.alloc(2000, 98)); // acknowledged, and buffered
       const failed = await file.flush().catch((error) => error.code);
       const before = file.name;
       for (const fd of taken) fs.closeSync(fd);
       await file.flush();
       console.log(size, text, failed, before, typeof file.name, (await file.pread(9000, 0)).length);
       await file.close();`,
      { args: ['--no-warnings'] },
    );
    expect({ stderr, stdout: stdout.trim() }).to.deep.equal({
      stderr: '',
      stdout: '500 aaa EMFILE null number 2013',
    });
  });

  it('makes no system call on files or descriptors until it moves', async function () {
    needsStrace(this);
    const log = path.join(scratch.path, 'log');
    const { stdout, stderr, code } = await runTraced(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const mark = (name) => fs.existsSync('/' + name);
       const use = async (maxSize, begin, end) => {
         mark(begin);
         const file = await tempfile.spooledTemporaryFile({ maxSize });
         const text = await tempfile.spooledTemporaryFile({ maxSize, mode: 'w+', encoding: 'utf-16' });
         for (let i = 0; i < 100; i++) await file.write(Buffer.alloc(10, 97));
         await file.flush(); await file.seek(10); await file.read(100); await file.truncate(900); await file.sync();
         await file.stat(); await file.pwrite(Buffer.from('b'), 5); await file.pread(10, 0);
         for await (const line of file) void line;
         await text.write('line one\\nline two\\n'); await text.seek(0); await text.readlines();
         mark(end);
         await file.rollover(); await file.close(); await text.close();
         mark('uvfiles-all-over');
       };
       await use(1000, 'uvfiles-warm-up', 'uvfiles-warm');
       await use(1000, 'uvfiles-begins', 'uvfiles-ends');`,
      '%file,%desc',
      log,
    );
    expect({ stdout, stderr, code }).to.deep.equal({ stdout: '', stderr: '', code: 0 });
    const lines = readFileSync(log, 'utf8').split('\n');
    const at = (name: string): number => lines.findLastIndex((line) => line.includes(`"/${name}"`));
    // The growing heap maps memory, and V8's own threads wake the loop through an eventfd.
    const engine = / mmap\(| write\(\d+, "\\1(\\0){7}", 8\)| read\(\d+, "\\[1-9](\\0){7}", \d+\)/;
    const calls = (from: string, to: string): string[] =>
      lines.slice(at(from) + 1, at(to)).filter((line) => !engine.test(line));
    expect(at('uvfiles-begins')).to.be.above(0);
    expect(calls('uvfiles-begins', 'uvfiles-ends')).to.deep.equal([]);
    expect(calls('uvfiles-ends', 'uvfiles-all-over').join('\n')).to.match(/O_TMPFILE|O_CREAT/);
  });

  it('rolls over once by rollover(), keeping position and content', async () => {
    const before = await openDescriptors();
    const file = await spooledTemporaryFile({ maxSize: 100, dir: scratch.path });
    await file.write(bytes('abcdef'));
    await file.seek(2);
    expect((await file.read(1)).toString()).to.equal('c');
    await Promise.all([file.rollover(), file.rollover()]);
    await file.rollover();
    expect(unrolled(file)).to.equal(false);
    expect(await file.tell()).to.equal(3);
    expect((await file.read()).toString()).to.equal('def');
    expect((await file.stat()).size).to.equal(6);
    expect((await file.stat()).mode & 0o777).to.equal(0o600);
    await file.close();
    await expectDescriptors(before);
    expect((await rejection(file.rollover())).code).to.equal('ERR_FILE_CLOSED');
  });

  it('rolls over when it is truncated to more than maxSize, but not to less', async () => {
    await using file = await spooledTemporaryFile({ maxSize: 10, dir: scratch.path });
    await file.write(bytes('abcdefg'));
    expect(await file.truncate(10)).to.equal(10);
    expect(unrolled(file)).to.equal(true);
    expect((await file.pread(20, 0)).toString()).to.equal('abcdefg\0\0\0');
    await file.truncate(3);
    await file.truncate(5);
    expect((await file.pread(20, 0)).toString()).to.equal('abc\0\0');
    expect(await file.truncate(11)).to.equal(11);
    expect(unrolled(file)).to.equal(false);
    expect((await file.pread(20, 0)).toString()).to.equal('abc' + '\0'.repeat(8));
  });

  it('rolls over by pwrite, by writelines, and by a write behind a seek', async () => {
    await using one = await spooledTemporaryFile({ maxSize: 10, dir: scratch.path });
    await one.pwrite(bytes('xy'), 8);
    expect(unrolled(one)).to.equal(true);
    await one.pwrite(bytes('xy'), 9);
    expect(unrolled(one)).to.equal(false);
    await using two = await spooledTemporaryFile({ maxSize: 10, dir: scratch.path });
    await two.writelines([bytes('01234'), bytes('56789'), bytes('x')]);
    expect(unrolled(two)).to.equal(false);
    await using three = await spooledTemporaryFile({ maxSize: 10, dir: scratch.path });
    await three.seek(10);
    expect(unrolled(three)).to.equal(true);
    await three.write(bytes('x'));
    expect(unrolled(three)).to.equal(false);
    expect((await three.pread(20, 0)).toString()).to.equal('\0'.repeat(10) + 'x');
  });

  it('counts bytes, not characters, of text', async () => {
    await using file = await spooledTemporaryFile({
      maxSize: 10,
      mode: 'w+',
      encoding: 'utf-8',
      dir: scratch.path,
    });
    await file.write('ååååå');
    expect(unrolled(file)).to.equal(true);
    await file.writelines(['x']);
    expect(unrolled(file)).to.equal(false);
    await file.seek(0);
    expect(await file.read()).to.equal('åååååx');
  });

  it('keeps the encoding, newline and position of text when it moves', async () => {
    await using file = await spooledTemporaryFile({
      maxSize: 40,
      mode: 'w+',
      encoding: 'utf-16',
      newline: '\r\n',
      dir: scratch.path,
    });
    await file.write('one\n');
    await file.write('two\n');
    expect(unrolled(file)).to.equal(true);
    await file.rollover();
    expect(unrolled(file)).to.equal(false);
    await file.write('three\n');
    expect(file.encoding).to.equal('utf-16');
    await file.seek(0);
    expect(await file.readline()).to.equal('one\r\n');
    const mark = await file.tell();
    expect(await file.read()).to.equal('two\r\nthree\r\n');
    await file.seek(mark);
    expect(await file.readline()).to.equal('two\r\n');
    await file.seek(0);
    const raw = await file.buffer.pread(100, 0);
    expect(raw.subarray(2).toString('utf16le')).to.equal('one\r\ntwo\r\nthree\r\n');
  });

  it('moves during reading without losing a line', async () => {
    await using file = await spooledTemporaryFile({ mode: 'w+', dir: scratch.path });
    const all = Array.from({ length: 500 }, (_, i) => `line ${i}\n`);
    await file.writelines(all);
    await file.seek(0);
    const read: string[] = [];
    for await (const line of file) {
      read.push(line);
      if (read.length === 100) await file.rollover();
    }
    expect(read).to.deep.equal(all);
  });

  it('appends in append mode, before and after the move', async () => {
    await using file = await spooledTemporaryFile({ mode: 'a+b', maxSize: 10, dir: scratch.path });
    await file.write(bytes('01234'));
    await file.seek(0);
    await file.write(bytes('5678'));
    expect(unrolled(file)).to.equal(true);
    await file.seek(0);
    await file.write(bytes('9abcdef'));
    expect(unrolled(file)).to.equal(false);
    await file.seek(2);
    await file.write(bytes('g'));
    await file.flush();
    expect((await file.pread(99, 0)).toString()).to.equal('0123456789abcdefg');
  });

  it('behaves like any handle, in memory and on disk', async () => {
    for (const rolled of [false, true]) {
      await using file = await spooledTemporaryFile({ dir: scratch.path });
      if (rolled) await file.rollover();
      await file.write(bytes('one\ntwo\nthree\n'));
      expect(await file.seek(-6, 2)).to.equal(8);
      expect((await file.readline()).toString()).to.equal('three\n');
      expect((await file.read()).length).to.equal(0);
      await file.seek(0);
      expect((await file.readlines()).map(String)).to.deep.equal(['one\n', 'two\n', 'three\n']);
      await file.seek(4);
      const view = new Uint8Array(4);
      expect(await file.readinto(view)).to.equal(4);
      expect(Buffer.from(view).toString()).to.equal('two\n');
      expect((await file.peek()).toString()).to.equal('three\n');
      expect((await file.read1(2)).toString()).to.equal('th');
      expect(await file.preadinto(view, 11)).to.equal(3);
      expect(
        (
          await file.readMany([
            { position: 0, size: 3 },
            { position: 4, size: 3 },
          ])
        ).map(String),
      ).to.deep.equal(['one', 'two']);
      expect(await file.isatty()).to.equal(false);
      expect(await file.seekable()).to.equal(true);
      expect((await rejection(file.seek(-99, 2))).code).to.equal('EINVAL');
      const stats = await file.stat();
      expect([
        stats.size,
        stats.isFile(),
        (stats.mode & constants.S_IFMT) === constants.S_IFREG,
      ]).to.deep.equal([14, true, true]);
      expect((await file.stat({ bigint: true })).size).to.equal(14n);
      await file.sync();
      await file.datasync();
      expect(inspect(file)).to.match(
        rolled
          ? /^BinaryFile { spooled, (fd=\d+|rolled over) }/
          : /^BinaryFile { spooled, \d+ bytes in memory }/,
      );
    }
  });

  it('runs unawaited calls in order, even when it moves', async () => {
    await using file = await spooledTemporaryFile({ maxSize: 50, dir: scratch.path });
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) calls.push(file.write(bytes(`${i} `)));
    const position = file.tell();
    await Promise.all(calls);
    const expected = Array.from({ length: 100 }, (_, i) => `${i} `).join('');
    expect(await position).to.equal(expected.length);
    await file.seek(0);
    expect((await file.read()).toString()).to.equal(expected);
    expect(unrolled(file)).to.equal(false);
  });

  it('writes the bytes that a pwrite was given at the call, even while it moves', async () => {
    await using file = await spooledTemporaryFile({ maxSize: 4, dir: scratch.path });
    const data = bytes('12345678');
    const writing = file.pwrite(data, 0);
    const second = file.pwrite(data, 8);
    data.fill(0);
    await Promise.all([writing, second]);
    expect((await file.pread(99, 0)).toString()).to.equal('1234567812345678');
  });

  it('keeps all data if it cannot move', async () => {
    await using file = await spooledTemporaryFile({ maxSize: 10, dir: `${scratch.path}/missing` });
    await file.write(bytes('0123456789'));
    expect((await rejection(file.rollover())).code).to.equal('ENOENT');
    expect(unrolled(file)).to.equal(true);
    expect((await rejection(file.pwrite(bytes('more'), 10))).code).to.equal('ENOENT');
    expect((await file.pread(99, 0)).toString()).to.equal('0123456789');
  });

  it('rejects an invalid maxSize', async () => {
    for (const maxSize of [-1, 1.5, NaN, '5']) {
      expect((await rejection(spooledTemporaryFile({ maxSize: maxSize as number }))).code).to.equal(
        'ERR_OUT_OF_RANGE',
      );
    }
    expect((await rejection(spooledTemporaryFile({ signal: AbortSignal.abort() }))).code).to.equal(
      'ABORT_ERR',
    );
  });

  it('has no buffer with buffering 0', async () => {
    await using file = await spooledTemporaryFile({
      mode: 'w+b',
      buffering: 0,
      maxSize: 4,
      dir: scratch.path,
    });
    expect(await file.write(bytes('abcd'))).to.equal(4);
    expect(unrolled(file)).to.equal(true);
    expect(await file.write(bytes('e'))).to.equal(1);
    expect(unrolled(file)).to.equal(false);
    await file.seek(0);
    expect((await file.readall()).toString()).to.equal('abcde');
  });
});
