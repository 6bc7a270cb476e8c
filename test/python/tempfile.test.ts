// Counterparts of the tests in CPython's and aiofiles' test_tempfile.py that other tests do not cover. See the tables in
// test/python/counterparts.md.
import { expect } from 'chai';
import { existsSync, fstatSync, lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tempfile } from 'uvfiles';

import { needsModes, rejection, runProgram, scratchDirectory, unrolled } from '../support/temp.js';

const MODES = ['r+', 'w+', 'rb+', 'wb+'] as const;
const MAKERS = ['mkstemp', 'mkdtemp', 'temporaryFile', 'namedTemporaryFile', 'temporaryDirectory'] as const;

// The mode decides what is written and read; the tests are the same for both.
interface AnyFile {
  readonly name: unknown;
  write(data: unknown): Promise<number>;
  read(): Promise<unknown>;
  seek(position: number): Promise<number>;
  flush(): Promise<void>;
  close(): Promise<void>;
  fileno(): number;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
  [Symbol.asyncDispose](): Promise<void>;
}

const make = (call: 'temporaryFile' | 'namedTemporaryFile' | 'spooledTemporaryFile', o: object) =>
  (tempfile[call] as unknown as (o: object) => Promise<AnyFile>)(o);

describe('tempfile, as in the tests of Python and aiofiles', () => {
  const scratch = scratchDirectory();

  for (const mode of MODES) {
    const data = (text: string): unknown => (mode.includes('b') ? Buffer.from(text) : text);

    it(`writes a file without a name and reads it by lines, in mode '${mode}'`, async () => {
      await using file = await make('temporaryFile', { mode, dir: scratch.path });
      for (let i = 0; i < 3; i++) await file.write(data('Hello World!\n'));
      await file.flush();
      await file.seek(0);
      const lines: unknown[] = [];
      for await (const line of file as AsyncIterable<unknown>) lines.push(line);
      expect(lines).to.deep.equal([1, 2, 3].map(() => data('Hello World!\n')));
    });

    it(`removes a named file at the end of its block, in mode '${mode}'`, async () => {
      let name = '';
      {
        await using file = await make('namedTemporaryFile', { mode, dir: scratch.path });
        name = file.name as string;
        await file.write(data('Hello World!'));
        await file.flush();
        await file.seek(0);
        expect(await file.read()).to.deep.equal(data('Hello World!'));
        expect(statSync(name).isFile()).to.equal(true);
      }
      expect(existsSync(name)).to.equal(false);
    });

    it(`moves a spooled file to disk in the write that exceeds maxSize, in mode '${mode}'`, async () => {
      await using file = await make('spooledTemporaryFile', { mode, maxSize: 13, dir: scratch.path });
      await file.write(data('Hello World!'));
      await file.flush();
      expect(unrolled(file)).to.equal(true);
      await file.write(data('Hello World!'));
      await file.flush();
      expect(unrolled(file)).to.equal(false);
      await file.seek(0);
      expect(await file.read()).to.deep.equal(data('Hello World!Hello World!'));
    });
  }

  it('keeps a spooled file in memory if the same bytes are overwritten repeatedly', async () => {
    await using file = await tempfile.spooledTemporaryFile({ maxSize: 30 });
    for (let i = 0; i < 5; i++) {
      await file.seek(0, 0);
      await file.write(Buffer.alloc(20, 'x'));
    }
    await file.flush();
    expect(unrolled(file)).to.equal(true);
  });

  it('closes a spooled file repeatedly, in memory and on disk', async () => {
    for (const maxSize of [0, 1]) {
      const file = await tempfile.spooledTemporaryFile({ maxSize, dir: scratch.path });
      await file.write(Buffer.from('abc\n'));
      expect(unrolled(file)).to.equal(maxSize === 0);
      for (let i = 0; i < 3; i++) await file.close();
      expect(file.closed).to.equal(true);
      expect((await rejection(file.write(Buffer.from('x')))).code).to.equal('ERR_FILE_CLOSED');
      expect((await rejection(file.rollover())).code).to.equal('ERR_FILE_CLOSED');
    }
  });

  it('runs bound methods of a spooled file also after it has moved to disk', async () => {
    await using file = await tempfile.spooledTemporaryFile({ maxSize: 30, dir: scratch.path });
    const [read, write, seek] = [file.read.bind(file), file.write.bind(file), file.seek.bind(file)];
    await write(Buffer.alloc(25, 'a'));
    expect(unrolled(file)).to.equal(true);
    await write(Buffer.alloc(35, 'b'));
    expect(unrolled(file)).to.equal(false);
    await seek(0, 0);
    expect(String(await read(60))).to.equal('a'.repeat(25) + 'b'.repeat(35));
  });

  it('keeps the properties and all characters of a spooled text file when it moves to disk', async () => {
    await using file = await tempfile.spooledTemporaryFile({
      mode: 'w+',
      maxSize: 10,
      newline: '',
      encoding: 'utf-8',
      errors: 'ignore',
    });
    const properties = (): unknown[] => [file.mode, file.encoding, file.errors, file.newlines];
    await file.write('\u039b\r\n');
    await file.seek(0);
    expect(await file.read()).to.equal('\u039b\r\n');
    expect(unrolled(file)).to.equal(true);
    const before = properties();
    expect(before).to.deep.equal(['w+', 'utf-8', 'ignore', '\r\n']);
    await file.write('\u039c'.repeat(10) + '\r\n');
    await file.write('\u039d'.repeat(20) + 'foo\x1abar'); // Ctrl+Z is a character like any other
    expect(unrolled(file)).to.equal(false);
    await file.seek(0);
    expect(await file.read()).to.equal(
      `\u039b\r\n${'\u039c'.repeat(10)}\r\n${'\u039d'.repeat(20)}foo\x1abar`,
    );
    expect(properties()).to.deep.equal(before);
  });

  it('truncates a spooled file at its position, to less, and to more than maxSize', async () => {
    await using file = await tempfile.spooledTemporaryFile({ maxSize: 10, dir: scratch.path });
    await file.write(Buffer.from('abcdefg\n'));
    await file.truncate(4);
    expect(String(await file.pread(99, 0))).to.equal('abcd');
    await file.seek(0);
    await file.truncate();
    expect((await file.stat()).size).to.equal(0);
    expect(unrolled(file)).to.equal(true);
    await file.truncate(20);
    expect(fstatSync(file.fileno()).size).to.equal(20);
  });

  it('rejects if dir is missing or is not a directory', async () => {
    const file = path.join(scratch.path, 'file');
    writeFileSync(file, '');
    // On Windows, a path that leads through a file does not exist.
    const throughFile = process.platform === 'win32' ? 'ENOENT' : 'ENOTDIR';
    const makers = tempfile as unknown as Record<string, (o: { dir: string }) => Promise<unknown>>;
    for (const call of MAKERS) {
      const codeIn = async (dir: string): Promise<string | undefined> =>
        (await rejection(makers[call]?.({ dir }) ?? Promise.resolve())).code;
      expect(await codeIn(file), call).to.equal(throughFile);
      expect(await codeIn(path.join(scratch.path, 'missing')), call).to.equal('ENOENT');
    }
  });

  it('creates nothing in a directory that it cannot write to', async function () {
    needsModes(this);
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = ${JSON.stringify(scratch.path)} + '/readonly';
       fs.mkdirSync(dir, 0o555);
       const codes = [];
       for (const call of ${JSON.stringify(MAKERS)}) codes.push(await tempfile[call]({ dir }).then(() => 'made', (error) => error.code));
       console.log([...new Set(codes)].join(), fs.readdirSync(dir).length);`,
      { unprivileged: true },
    );
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'EACCES 0\n', stderr: '' });
  });

  it("never changes the mode of a link's target in cleanup, whatever the modes", async function () {
    needsModes(this);
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const outside = ${JSON.stringify(scratch.path)} + '/outside';
       fs.mkdirSync(outside + '/dir', { recursive: true }); fs.writeFileSync(outside + '/file', '');
       const wrong = [];
       for (let bits = 0; bits < 8; bits++) for (const target of ['file', 'dir', 'missing']) {
         const mode = bits << 6, to = outside + '/' + target;
         const made = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
         if (target !== 'missing') fs.chmodSync(to, mode);
         fs.symlinkSync(to, made.name + '/link');
         fs.chmodSync(made.name, mode);
         await made.cleanup();
         if (fs.existsSync(made.name)) wrong.push('left ' + mode);
         if (target !== 'missing' && (fs.lstatSync(to).mode & 0o777) !== mode) wrong.push('changed ' + target + ' ' + mode);
       }
       console.log(JSON.stringify(wrong));`,
      { unprivileged: true },
    );
    expect({ stdout, stderr }).to.deep.equal({ stdout: '[]\n', stderr: '' });
  });

  it('cleans up a directory repeatedly, and leaves nothing if it could not create one', async () => {
    const made = await tempfile.temporaryDirectory({ dir: scratch.path });
    expect(lstatSync(made.name).isDirectory()).to.equal(true);
    for (let i = 0; i < 3; i++) await made.cleanup();
    expect(existsSync(made.name)).to.equal(false);
    expect(
      await rejection(tempfile.temporaryDirectory({ dir: path.join(scratch.path, 'missing') })),
    ).to.include({ code: 'ENOENT', syscall: 'mkdir' });
    expect(scratch.list()).to.deep.equal([]);
  });

  it('rejects an invalid mode, also of a wrong type', async () => {
    expect((await rejection(make('namedTemporaryFile', { mode: 'wr', dir: scratch.path }))).code).to.equal(
      'ERR_INVALID_ARG_VALUE',
    );
    expect((await rejection(make('namedTemporaryFile', { mode: 2, dir: scratch.path }))).code).to.match(
      /^ERR_INVALID_ARG_/,
    );
    expect(scratch.list()).to.deep.equal([]);
  });

  it('creates many files at the same time, each with its own content', async () => {
    const files = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const file = await tempfile.namedTemporaryFile({ dir: scratch.path, mode: 'w+' });
        await file.write(`mine: ${i}`);
        await file.flush();
        return file;
      }),
    );
    expect(files.map((file) => readFileSync(file.name, 'utf8'))).to.deep.equal(
      files.map((_, i) => `mine: ${i}`),
    );
    await Promise.all(files.map((file) => file.close()));
    expect(scratch.list()).to.deep.equal([]);
  });
});
