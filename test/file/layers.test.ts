// What all three handles have in common: their documented members, lines without a buffer, and layers that are closed
// together.
import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import * as fs from 'node:fs';
import type { BinaryFile, RawFile, TextFile } from 'uvfiles';
import { open, writeFile } from 'uvfiles';
import { answerOf, codeOf, fault, Folder, needsFaults, rejection, runFaulty } from '../support/files.js';
import { makeFifo } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const common = (
  'name mode closed fileno isatty readable writable seekable read readline readlines write writelines seek tell truncate ' +
  'flush sync datasync stat close lines readableStream writableStream'
).split(' ');
const positional = 'pread preadinto pwrite readMany'.split(' ');

describe('handles', () => {
  const folder = new Folder();
  const raw = (content: string | Buffer, mode: 'rb' | 'wb' | 'ab' | 'rb+' = 'rb'): Promise<RawFile> =>
    open(folder.put('f', content), mode, { buffering: 0 });

  for (const [title, mode, buffering, names, absent] of [
    ['RawFile', 'rb', 0, ['readall', 'readinto', ...positional], ['peek', 'read1', 'detach', 'raw']],
    [
      'BinaryFile',
      'rb',
      -1,
      ['readall', 'read1', 'readinto', 'readinto1', 'peek', 'detach', 'raw', ...positional],
      [],
    ],
    [
      'TextFile',
      'r',
      -1,
      ['encoding', 'errors', 'newlines', 'lineBuffering', 'buffer', 'detach', 'reconfigure'],
      positional,
    ],
  ] as const) {
    it(`${title} has every documented member`, async () => {
      await using f = await open(folder.put('f', 'x'), mode, { buffering });
      expect(f.constructor.name).to.equal(title);
      for (const name of [...common, ...names]) expect(name in f, name).to.equal(true);
      for (const name of absent) expect(name in f, name).to.equal(false);
      expect(f).to.have.property(Symbol.asyncIterator).that.is.a('function');
      expect(f).to.have.property(Symbol.asyncDispose).that.is.a('function');
    });

    it(`${title} rejects every asynchronous call after it has been closed, and never throws`, async () => {
      const f = (await open(folder.put('f', 'x'), mode, { buffering })) as unknown as Record<string, unknown>;
      await (f.close as () => Promise<void>).call(f);
      const plain = ['fileno', 'readable', 'writable', 'detach', 'readableStream', 'writableStream'];
      for (const name of [...common, ...names]) {
        const call = f[name];
        if (typeof call !== 'function' || name === 'close') continue;
        const args = name.includes('into') ? [Buffer.alloc(1), 0] : name === 'readMany' ? [[]] : [0, 0];
        if (name === 'lines') {
          const lines = call.call(f) as AsyncIterator<unknown>;
          expect(await codeOf(lines.next()), name).to.equal('ERR_FILE_CLOSED');
        } else if (plain.includes(name)) {
          expect(() => call.call(f) as unknown, name)
            .to.throw()
            .with.property('code', 'ERR_FILE_CLOSED');
        } else {
          expect(await codeOf(call.apply(f, args)), name).to.equal('ERR_FILE_CLOSED');
        }
      }
    });

    it(`${title}.lines rejects its first step for invalid options`, async () => {
      await using f = await open(folder.put('f', 'x'), mode, { buffering });
      const first = (o: unknown): Promise<unknown> => f.lines(o as { batch: number }).next();
      expect(await codeOf(first({ batch: 0 }))).to.equal('ERR_OUT_OF_RANGE');
      expect(await codeOf(first({ batch: 1.5 }))).to.equal('ERR_OUT_OF_RANGE');
      expect(await codeOf(first({ batch: '2' }))).to.equal('ERR_OUT_OF_RANGE');
      expect(await codeOf(first({ keepEnds: 1 }))).to.equal('ERR_INVALID_ARG_TYPE');
      expect(await codeOf(first(null))).to.equal('ERR_INVALID_ARG_TYPE');
    });

    it(`${title} yields steps that are plain objects`, async () => {
      await using f = await open(folder.put('f', 'a\nb\nc'), mode, { buffering });
      const steps = [];
      for (const lines = f.lines(); steps.length < 4;) steps.push(await lines.next());
      deepStrictEqual(
        steps.map(({ value, done }) => ({ value: value?.toString(), done })),
        [...'abc']
          .map((value) => ({ value, done: false }))
          .concat([{ value: undefined, done: true } as never]),
      );
      for (const step of steps) expect(Object.getPrototypeOf(step)).to.equal(Object.prototype);
    });

    it(`${title}.lines yields full batches, except for the last one`, async () => {
      await using f = await open(folder.put('f', '1\n2\n3\n4\n5'), mode, { buffering: buffering || 0 });
      const batches: string[] = [];
      for await (const batch of f.lines({ batch: 2 })) batches.push(batch.join('|'));
      expect(batches).to.deep.equal(['1|2', '3|4', '5']);
    });
  }

  it('fill batches also where the buffer is smaller than a line', async () => {
    await using f = await open(folder.put('f', 'first\nsecond\nthird'), 'rb', { buffering: 4 });
    const batches: string[] = [];
    for await (const batch of f.lines({ batch: 2, keepEnds: true })) batches.push(batch.join('|'));
    expect(batches).to.deep.equal(['first\n|second\n', 'third']);
  });

  it('reject writelines of anything that is not a sequence', async () => {
    await using text = await open(folder.at('w'), 'w');
    expect(await codeOf(text.writelines(5 as never))).to.equal('ERR_INVALID_ARG_TYPE');
    expect(await codeOf(text.writelines(['a', 5] as never))).to.equal('ERR_INVALID_ARG_TYPE');
    // As in Python, a string is a sequence of strings.
    await text.writelines('bc');
    await text.flush();
    expect(folder.get('w')).to.equal('abc');
  });

  it('accept the options of flush without a buffer', async () => {
    await using f = await raw('x', 'wb');
    expect(await codeOf(f.flush({ signal: AbortSignal.abort() }))).to.equal('ABORT_ERR');
    expect(await codeOf(f.flush({ timeout: 'soon' as never }))).to.equal('ERR_INVALID_ARG_TYPE');
  });
});

describe('a file without a buffer, by lines', () => {
  const folder = new Folder();
  const long = `${'x'.repeat(3000)}\n`;
  const raw = (content: string): Promise<RawFile> => open(folder.put('f', content), 'rb', { buffering: 0 });

  it('returns complete lines, or parts up to a requested size', async () => {
    await using f = await raw(`ab\n\n${long}end`);
    expect(await f.readline(1)).to.deep.equal(bytes('a'));
    expect(await f.readline(0)).to.deep.equal(bytes(''));
    expect(await f.readline(10)).to.deep.equal(bytes('b\n'));
    expect(await f.readline(null)).to.deep.equal(bytes('\n'));
    expect((await f.readline(2000)).length).to.equal(2000);
    expect((await f.readline()).length).to.equal(1001);
    expect(await f.readline()).to.deep.equal(bytes('end'));
    expect(await f.readline()).to.deep.equal(bytes(''));
    await f.seek(0);
    expect((await f.readlines(4)).map(String)).to.deep.equal(['ab\n', '\n', long]);
  });

  it('leaves the position of the descriptor directly after the line', async () => {
    await using f = await raw(`first\n${long}third\n`);
    const next = (): string => {
      const one = Buffer.alloc(1);
      return one.toString('latin1', 0, fs.readSync(f.fileno(), one, 0, 1, null));
    };
    await f.readline();
    expect(await f.tell()).to.equal(6);
    expect(next()).to.equal('x');
    const lines = f.lines();
    expect((await lines.next()).value?.length).to.equal(2999);
    expect(next()).to.equal('t');
    expect(await f.readline()).to.deep.equal(bytes('hird\n'));
  });

  it('returns its lines in call order', async () => {
    await using f = await raw(Array.from({ length: 300 }, (_, i) => `${i}\n`).join(''));
    const lines = await Promise.all(Array.from({ length: 301 }, () => f.readline()));
    expect(lines.map(String)).to.deep.equal([...Array.from({ length: 300 }, (_, i) => `${i}\n`), '']);
  });

  it('reads no more than the line from a pipe', async function () {
    if (process.platform === 'win32') skip(this, 'needs mkfifo');
    const fifo = makeFifo();
    const writing = writeFile(fifo, bytes('one\ntwo\nthree'));
    await using f = await open(fifo, 'rb', { buffering: 0 });
    expect(await f.readline()).to.deep.equal(bytes('one\n'));
    await writing;
    expect(await f.read(100)).to.deep.equal(bytes('two\nthree'));
    expect(await f.readline()).to.deep.equal(bytes(''));
  });

  it('returns a line that an error has interrupted', async function () {
    needsFaults(this);
    const path = folder.put('broken', `${long}next`);
    const program = `
      import { open } from 'uvfiles';
      const f = await open(${JSON.stringify(path)}, 'rb', { buffering: 0 });
      const code = await f.readline().then(() => 'read', (error) => error.code);
      console.log(JSON.stringify([code, await f.tell(), (await f.readline()).length, String(await f.readline())]));
      await f.close();`;
    const faults = ['read', 'pread'].map((call) => fault(call, '/broken', 'e5', { after: 1, times: 1 }));
    expect(answerOf(await runFaulty(faults, program))).to.deep.equal(['EIO', 0, 3001, 'next']);
  });
});

describe('the layers of a file', () => {
  const folder = new Folder();

  for (const [title, close] of [
    ['text', (f: TextFile) => f.close()],
    ['buffered', (f: TextFile) => f.buffer.close()],
    ['raw', (f: TextFile) => f.buffer.raw.close()],
  ] as const) {
    it(`are flushed and closed together, by the ${title} file's close`, async () => {
      const f = await open(folder.at('closed'), 'w');
      const layers: (TextFile | BinaryFile | RawFile)[] = [f, f.buffer, f.buffer.raw];
      await f.write('kept');
      const closing = close(f);
      for (const layer of layers) expect(layer.closed).to.equal(true);
      await closing;
      expect(folder.get('closed')).to.equal('kept');
      for (const layer of layers) {
        await layer.close();
        expect(await codeOf(layer.tell())).to.equal('ERR_FILE_CLOSED');
        expect(() => layer.fileno()).to.throw('closed');
      }
    });
  }

  it('that are below wait for earlier calls', async () => {
    const f = await open(folder.put('waiting', 'abcdef'), 'rb');
    const reads = [f.raw.read(2), f.raw.read(2), f.raw.read(2)];
    await f.close();
    expect((await Promise.all(reads)).map(String)).to.deep.equal(['ab', 'cd', 'ef']);
  });

  it('that are below keep the position while they transfer no bytes', async () => {
    await using f = await open(folder.put('nothing', '0123456789'), 'a+b');
    await f.seek(5);
    expect(await f.raw.readinto(new Uint8Array(0))).to.equal(0);
    expect(await f.raw.write(bytes(''))).to.equal(0);
    expect(await f.raw.read(3)).to.deep.equal(bytes('567'));
  });

  it('report a failure to close once', async function () {
    needsFaults(this);
    const program = `
      import { open } from 'uvfiles';
      const f = await open(${JSON.stringify(folder.at('failing'))}, 'wb');
      await f.write(Buffer.from('x'));
      const failed = (promise) => promise.then(() => 'closed', (error) => error.code);
      console.log(JSON.stringify([await failed(f.raw.close()), await failed(f.close()), await failed(f.raw.close())]));`;
    expect(answerOf(await runFaulty([fault('close', '/failing', 'e5')], program))).to.deep.equal([
      'EIO',
      'closed',
      'closed',
    ]);
  });

  it('that are detached are closed only by their own close', async () => {
    const f = await open(folder.put('detached', 'abc'), 'r+');
    const binary = f.detach();
    const below = binary.detach();
    expect((await rejection(f.close())).code).to.equal('ERR_FILE_CLOSED');
    expect((await rejection(binary.close())).code).to.equal('ERR_FILE_CLOSED');
    expect(below.closed).to.equal(false);
    expect(await below.readline()).to.deep.equal(bytes('abc'));
    await below.close();
    expect(below.closed).to.equal(true);
  });
});
