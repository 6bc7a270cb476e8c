// FIFOs as files: what their readers and writers see, and that waiting for them uses no thread.
import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type BinaryFile, open, readBytes, readMany, writeFile } from 'uvfiles';
import { ended, failure, isPending, makeFifo, newPath, plainEnvironment, runNode } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('a FIFO', function () {
  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'Windows has no FIFOs');
  });

  it('lets a read wait for the first writer, instead of returning the end of the file', async () => {
    const fifo = makeFifo();
    await using reader = await open(fifo, 'rb');
    const first = reader.read(5);
    expect(await isPending(first)).to.equal(true);
    await using writer = await open(fifo, 'wb');
    expect(await isPending(first)).to.equal(true);
    await writer.write(bytes('hello'));
    await writer.flush();
    expect(String(await first)).to.equal('hello');
  });

  it('ends when its last writer has closed it, and continues with the next writer', async () => {
    const fifo = makeFifo();
    await using reader = await open(fifo, 'rb');
    for (const text of ['one', 'two']) {
      const first = await open(fifo, 'wb');
      const second = await open(fifo, 'wb');
      await first.write(bytes(text));
      await first.close();
      expect(String(await reader.read(3))).to.equal(text);
      const last = reader.read(1);
      expect(await isPending(last)).to.equal(true);
      await second.close();
      expect(await last).to.have.length(0);
    }
  });

  it('lets open() for writing wait for a reader', async () => {
    const fifo = makeFifo();
    const opening = open(fifo, 'wb');
    expect(await isPending(opening)).to.equal(true);
    await using reader = await open(fifo, 'rb');
    await using writer = await opening;
    await writer.write(bytes('x'));
    await writer.flush();
    expect(String(await reader.read(1))).to.equal('x');
  });

  it('is read in its place in a list of readMany, without a waiting thread', async () => {
    const fifo = makeFifo();
    const file = newPath();
    await writeFile(file, 'file');
    const files = readMany([file, fifo, '/dev/null', fifo]);
    const next = async (): Promise<string> => String((await files.next()).value?.data);
    expect(await next()).to.equal('file');
    const first = next();
    expect(await isPending(first)).to.equal(true);
    await writeFile(fifo, 'one');
    expect(await first).to.equal('one');
    expect(await next()).to.equal('');
    const second = next();
    await writeFile(fifo, 'two');
    expect(await second).to.equal('two');
    expect(await next()).to.equal('undefined');
  });

  it('does not delay the end of an aborted readMany, or of its process', async () => {
    const fifo = makeFifo();
    const reason = new Error('enough');
    const controller = new AbortController();
    const aborted = failure(readMany([fifo], { signal: controller.signal }).next());
    expect(await isPending(aborted)).to.equal(true);
    controller.abort(reason);
    expect(await aborted).to.include({ code: 'ABORT_ERR', cause: reason });
    expect((await failure(readMany([fifo], { timeout: 20 }).next())).code).to.equal('ERR_TIMEOUT');
    const child = await ended(
      runNode(`void uvfiles.readMany([${JSON.stringify(fifo)}]).next();
               setTimeout(() => process.exit(3), 100);`),
    );
    expect(child.code).to.equal(3);
  });

  it('works with programs that open it in blocking mode', async () => {
    const fifo = makeFifo();
    const cat = spawn('cat', [fifo], { env: plainEnvironment });
    const output = ended(cat);
    await writeFile(fifo, bytes('from here'));
    expect((await output).stdout).to.equal('from here');
    // Opened only once: the first open lets the writer continue, and a second one would come too late.
    for (let i = 0; i < 5; i++) {
      const echo = ended(spawn('sh', ['-c', 'printf "from there" > "$0"', fifo], { env: plainEnvironment }));
      expect(String(await readBytes(fifo))).to.equal('from there');
      expect((await echo).code).to.equal(0);
      const again = ended(spawn('sh', ['-c', 'printf "and again" > "$0"', fifo], { env: plainEnvironment }));
      await using reader = await open(fifo);
      expect(await reader.read()).to.equal('and again');
      expect((await again).code).to.equal(0);
    }
  });

  it('leaves the pool to other operations while 64 reads wait', async () => {
    const fifos = Array.from({ length: 64 }, makeFifo);
    const readers = await Promise.all(fifos.map((fifo) => open(fifo, 'rb')));
    const writers = await Promise.all(fifos.map((fifo) => open(fifo, 'wb')));
    const reads = readers.map((reader) => reader.read(2));
    expect(await isPending(Promise.race(reads))).to.equal(true);
    const path = newPath();
    await writeFile(path, bytes('free'));
    await using file = await open(path, 'rb', { buffering: 0 });
    expect(String(await file.pread(4, 0))).to.equal('free');
    expect(await promisify(randomBytes)(8)).to.have.length(8);
    await Promise.all(writers.map((writer, i) => writer.write(bytes(String(i).padStart(2, '0')))));
    await Promise.all(writers.map((writer) => writer.close()));
    const texts = (await Promise.all(reads)).map(String);
    expect(texts).to.deep.equal(fifos.map((_, i) => String(i).padStart(2, '0')));
    await Promise.all(readers.map((reader) => reader.close()));
  });

  it('leaves the pool to other operations while writes wait for slow readers, and loses no bytes', async () => {
    const data = randomBytes(300_000);
    const pairs = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const fifo = makeFifo();
        const reader = await open(fifo, 'rb', { buffering: 0 });
        return { reader, writer: await open(fifo, 'wb', { buffering: 0 }) };
      }),
    );
    const writes = pairs.map(({ writer }) => writer.write(data));
    expect(await isPending(Promise.race(writes))).to.equal(true);
    for (const { reader, writer } of pairs) {
      const parts: Buffer[] = [];
      for (let length = 0; length < data.length;) {
        const part = await reader.read(7001);
        parts.push(part);
        length += part.length;
      }
      expect(Buffer.concat(parts).equals(data)).to.equal(true);
      await writer.close();
      await reader.close();
    }
    expect(await Promise.all(writes)).to.deep.equal(pairs.map(() => data.length));
  });

  it('is read to its end through many waits', async () => {
    const fifo = makeFifo();
    await using reader = await open(fifo, 'rb');
    await using writer = await open(fifo, 'wb');
    const all = reader.readall();
    let sent = '';
    for (let i = 0; i < 50; i++) {
      const text = `${i},`.repeat(400);
      sent += text;
      await writer.write(bytes(text));
      await writer.flush();
    }
    expect(await isPending(all)).to.equal(true);
    await writer.close();
    expect(String(await all)).to.equal(sent);
  });

  it('returns a line as soon as it is complete', async () => {
    const fifo = makeFifo();
    await using reader = await open(fifo);
    await using writer = await open(fifo, 'w');
    await writer.write('one\ntw');
    await writer.flush();
    expect(await reader.readline()).to.equal('one\n');
    const second = reader.readline();
    expect(await isPending(second)).to.equal(true);
    await writer.write('o\nrest');
    await writer.close();
    expect(await second).to.equal('two\n');
    expect(await reader.read()).to.equal('rest');
  });

  it('rejects writes with EPIPE after its reader has closed it', async () => {
    const fifo = makeFifo();
    const reader = await open(fifo, 'rb');
    const writer = await open(fifo, 'wb', { buffering: 0 });
    const writing = failure(writer.write(Buffer.alloc(300_000)));
    expect(await isPending(writing)).to.equal(true);
    await reader.close();
    const error = await writing;
    expect(error.code).to.equal('EPIPE');
    expect(error.bytesWritten).to.be.greaterThan(0).and.lessThan(300_000);
    await writer.close();
  });

  it('has no position', async () => {
    const fifo = makeFifo();
    await using reader: BinaryFile = await open(fifo, 'rb');
    await using writer = await open(fifo, 'wb');
    expect(await reader.seekable()).to.equal(false);
    expect((await failure(reader.pread(1, 0))).code).to.equal('ESPIPE');
    expect((await failure(reader.preadinto(new Uint8Array(1), 0))).code).to.equal('ESPIPE');
    expect((await failure(writer.pwrite(bytes('x'), 0))).code).to.equal('ESPIPE');
    expect((await failure(reader.raw.seek(0))).code).to.equal('ESPIPE');
    expect((await failure(reader.seek(0))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect((await failure(reader.tell())).code).to.equal('ESPIPE');
  });

  it('can be opened for updating only without a buffer', async () => {
    const fifo = makeFifo();
    expect((await failure(open(fifo, 'r+b'))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    await using both = await open(fifo, 'r+b', { buffering: 0 });
    await both.write(bytes('to myself'));
    expect(String(await both.read(100))).to.equal('to myself');
  });

  it('accepts writes in append mode', async () => {
    const fifo = makeFifo();
    await using reader = await open(fifo, 'rb');
    await using writer = await open(fifo, 'ab');
    await writer.write(bytes('ab'));
    await writer.write(bytes('cd'));
    await writer.flush();
    expect(String(await reader.read(4))).to.equal('abcd');
  });
});

describe('other files', () => {
  it('are in blocking mode after they have been opened', async function () {
    if (process.platform !== 'linux') skip(this, 'asks /proc/self/fdinfo');
    const path = newPath();
    await using file = await open(path, 'a+b');
    const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${file.fileno()}`, 'utf8'))?.[1];
    const { O_NONBLOCK, O_APPEND } = constants;
    expect(parseInt(flags ?? '', 8) & (O_NONBLOCK | O_APPEND)).to.equal(O_APPEND);
  });

  it('that are endless or empty devices read and write as in Python', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no such devices');
    await using nothing = await open('/dev/null', 'r+b');
    expect(await nothing.write(bytes('gone'))).to.equal(4);
    await nothing.flush();
    expect(await nothing.readall()).to.have.length(0);
    await using zeros = await open('/dev/zero', 'rb');
    expect((await zeros.read(100_000)).equals(Buffer.alloc(100_000))).to.equal(true);
    await using text = await open('/dev/null', 'w');
    await text.write('gone');
    await text.close();
  });

  it('that are sockets cannot be opened by their path', async function () {
    if (process.platform !== 'linux') skip(this, 'the errors are those of Linux');
    const path = newPath();
    execFileSync('python3', [
      '-c',
      'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])',
      path,
    ]);
    expect((await failure(open(path, 'wb'))).code).to.equal('ENXIO');
  });
});
