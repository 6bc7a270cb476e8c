// Calls that wait for a pipe can be cancelled by close, a signal or a timeout, and lose no bytes.
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { type BinaryFile, open, type RawFile } from 'uvfiles';
import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { failure, isPending, makeFifo, packageFile } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const bytes = (text: string): Buffer => Buffer.from(text);

async function pair(): Promise<{ reader: BinaryFile; writer: BinaryFile }> {
  const fifo = makeFifo();
  const reader = await open(fifo, 'rb');
  return { reader, writer: await open(fifo, 'wb') };
}

async function rawPair(): Promise<{ reader: RawFile; writer: RawFile }> {
  const fifo = makeFifo();
  const reader = await open(fifo, 'rb', { buffering: 0 });
  return { reader, writer: await open(fifo, 'wb', { buffering: 0 }) };
}

describe('a read that waits', function () {
  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'Windows has no FIFOs');
  });

  it('is cancelled by close, as are the reads queued behind it', async () => {
    const { reader, writer } = await pair();
    const reads = [reader.read(1), reader.readline(), reader.readall()].map(failure);
    expect(await isPending(Promise.race(reads))).to.equal(true);
    await reader.close();
    for (const error of await Promise.all(reads)) expect(error.code).to.equal('ERR_FILE_CLOSED');
    await writer.close();
  });

  it('is cancelled by closing the text file above it', async () => {
    const fifo = makeFifo();
    const reader = await open(fifo);
    const writer = await open(fifo, 'wb');
    await writer.write(bytes('half a li'));
    await writer.flush();
    const line = failure(reader.readline());
    expect(await isPending(line)).to.equal(true);
    await reader.close();
    expect((await line).code).to.equal('ERR_FILE_CLOSED');
    await writer.close();
  });

  it('still returns the available bytes when the file is closed', async () => {
    const { reader, writer } = await rawPair();
    await writer.write(bytes('ab'));
    const reads = [reader.read(1), reader.read(1)];
    const none = failure(reader.read(1));
    await reader.close();
    expect((await Promise.all(reads)).map(String)).to.deep.equal(['a', 'b']);
    expect((await none).code).to.equal('ERR_FILE_CLOSED');
    await writer.close();
  });

  it('is cancelled by its signal, and later bytes go to the next read', async () => {
    const { reader, writer } = await pair();
    for (let i = 0; i < 20; i++) {
      const controller = new AbortController();
      const read = failure(reader.read(5, { signal: controller.signal }));
      if (i === 0) expect(await isPending(read)).to.equal(true);
      if (i % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      controller.abort('enough');
      const error = await read;
      expect(error.code).to.equal('ABORT_ERR');
      expect(error.cause).to.equal('enough');
      const text = `no. ${i}`.padEnd(7);
      await writer.write(bytes(text));
      await writer.flush();
      expect(String(await reader.read(7))).to.equal(text);
    }
    await reader.close();
    await writer.close();
  });

  it('leaves the bytes that it had read before it was cancelled to the next read', async () => {
    const { reader, writer } = await pair();
    for (const read of [
      (signal: AbortSignal) => reader.read(10, { signal }),
      (signal: AbortSignal) => reader.readline(undefined, { signal }),
      (signal: AbortSignal) => reader.readall({ signal }),
    ]) {
      const controller = new AbortController();
      const reading = failure(read(controller.signal));
      await writer.write(bytes('begun'));
      await writer.flush();
      expect(await isPending(reading)).to.equal(true);
      controller.abort();
      expect((await reading).code).to.equal('ABORT_ERR');
      expect(String(await reader.read(5))).to.equal('begun');
    }
    await reader.close();
    await writer.close();
  });

  it('loses no bytes when an abort and bytes arrive at the same time', async () => {
    const { reader, writer } = await rawPair();
    let sent = '';
    let received = '';
    for (let i = 0; i < 300; i++) {
      const controller = new AbortController();
      const read = reader.read(100, { signal: controller.signal }).then(
        (got) => (received += String(got)),
        (error: unknown) => expect(error).to.have.property('code', 'ABORT_ERR'),
      );
      const text = `${i};`;
      const written = writer.write(bytes(text));
      sent += text;
      for (let turn = 0; turn < i % 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      await read;
      await written;
    }
    await writer.close();
    received += String(await reader.readall());
    expect(received).to.equal(sent);
    await reader.close();
  });

  it('is ended by its timeout', async () => {
    const { reader, writer } = await pair();
    expect((await failure(reader.read(1, { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
    await writer.write(bytes('x'));
    await writer.close();
    expect(String(await reader.read(1))).to.equal('x');
    await reader.close();
  });
});

describe('a write that waits', function () {
  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'Windows has no FIFOs');
  });

  it('is cancelled by its signal, and reports bytesWritten', async () => {
    const { reader, writer } = await rawPair();
    const data = randomBytes(200_000);
    const controller = new AbortController();
    const write = failure(writer.write(data, { signal: controller.signal }));
    const first = await reader.read(1);
    expect(await isPending(write)).to.equal(true);
    controller.abort();
    const error = await write;
    expect(error.code).to.equal('ABORT_ERR');
    await writer.close();
    const arrived = Buffer.concat([first, await reader.readall()]);
    expect(arrived).to.have.length(error.bytesWritten as number);
    expect(arrived.equals(data.subarray(0, arrived.length))).to.equal(true);
    await reader.close();
  });

  it('leaves the bytes that a cancelled flush did not write to the next flush', async () => {
    const fifo = makeFifo();
    const reader = await open(fifo, 'rb');
    const writer = await open(fifo, 'wb', { buffering: 500_000 });
    const data = randomBytes(400_000);
    await writer.write(data);
    const controller = new AbortController();
    const flush = failure(writer.flush({ signal: controller.signal }));
    expect(await isPending(flush)).to.equal(true);
    controller.abort();
    expect((await flush).code).to.equal('ABORT_ERR');
    const all = reader.readall();
    await writer.close();
    expect((await all).equals(data)).to.equal(true);
    await reader.close();
  });

  it('is waited for by close', async () => {
    const { reader, writer } = await rawPair();
    const data = randomBytes(200_000);
    const write = writer.write(data);
    const closed = writer.close();
    expect(await isPending(closed)).to.equal(true);
    expect((await reader.readall()).equals(data)).to.equal(true);
    await closed;
    expect(await write).to.equal(data.length);
    await reader.close();
  });
});

describe('an open that waits for a reader', function () {
  before(function () {
    if (process.platform === 'linux') return;
    skip(this, 'counts the descriptors in /proc');
  });

  it('is cancelled by its signal or timeout, and leaves no descriptor', async () => {
    const before = await openDescriptors();
    const controller = new AbortController();
    const opening = failure(open(makeFifo(), 'w', { signal: controller.signal }));
    expect(await isPending(opening)).to.equal(true);
    controller.abort();
    expect((await opening).code).to.equal('ABORT_ERR');
    expect((await failure(open(makeFifo(), 'w', { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
    await expectDescriptors(before);
  });
});

describe('a worker that is terminated', function () {
  before(function () {
    if (process.platform === 'linux') return;
    skip(this, 'counts the descriptors in /proc');
  });

  it('leaves no descriptor of waiting reads, writes and opens', async () => {
    const script = `
      const { open, readBytes } = require(${JSON.stringify(packageFile)});
      const { parentPort, workerData } = require('node:worker_threads');
      (async () => {
        const [first, second, third, fourth] = workerData;
        const reader = await open(first, 'rb');
        reader.read(1).catch(() => {});
        const partly = await open(second, 'r+b', { buffering: 0 });
        await partly.write(Buffer.from('some'));
        partly.readall().catch(() => {});
        const writer = await open(first, 'wb', { buffering: 0 });
        open(third, 'wb').catch(() => {});
        readBytes(fourth).catch(() => {});
        const other = await open(fourth, 'r+b', { buffering: 0 });
        other.write(Buffer.alloc(1 << 20)).catch(() => {});
        parentPort.postMessage('waiting');
      })();`;
    const run = async (): Promise<void> => {
      const worker = new Worker(script, { eval: true, workerData: [1, 2, 3, 4].map(makeFifo) });
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      await worker.terminate();
    };
    await run();
    const before = await openDescriptors();
    // Each run opens six. Descriptors that other code opens or closes permanently meanwhile are not leaks.
    for (let i = 0; i < 5; i++) await run();
    await expectDescriptors(before);
  });
});
