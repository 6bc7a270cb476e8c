// Web streams over handles: chunks, backpressure, cancelling, and their use with fetch and node:stream.
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { EOL } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { open } from 'uvfiles';
import { failure, isPending, makeFifo, newPath } from '../support/pipes.js';
import { skip } from '../support/skip.js';

function newFile(content: string | Buffer): string {
  const path = newPath();
  writeFileSync(path, content);
  return path;
}

describe('a readable stream of bytes', () => {
  it('returns the rest of the file in chunks of the requested size', async () => {
    const content = randomBytes(100_000);
    for (const buffering of [0, -1, 1000]) {
      await using file = await open(newFile(content), 'rb', { buffering });
      const head = await file.read(10);
      const sizes: number[] = [];
      const parts: Uint8Array[] = [head];
      for await (const chunk of file.readableStream({ chunkSize: 30_000 })) {
        sizes.push(chunk.length);
        parts.push(chunk);
      }
      expect(Buffer.concat(parts).equals(content), `buffering ${buffering}`).to.equal(true);
      expect(Math.max(...sizes)).to.be.at.most(30_000);
      expect(file.closed).to.equal(false);
    }
  });

  it('reads only on demand', async () => {
    await using file = await open(newFile('abcdefghij'), 'rb', { buffering: 0 });
    const reader = file.readableStream({ chunkSize: 3 }).getReader();
    expect(await file.tell()).to.equal(0);
    expect(String(Buffer.from((await reader.read()).value as Uint8Array))).to.equal('abc');
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(await file.tell()).to.equal(3);
    await reader.cancel();
    expect(String(await file.read(3))).to.equal('def');
  });

  it("fills the reader's own buffers", async () => {
    await using file = await open(newFile('abcdefgh'), 'rb');
    const reader = file.readableStream().getReader({ mode: 'byob' });
    const first = await reader.read(new Uint8Array(5));
    expect(String(Buffer.from(first.value as Uint8Array))).to.equal('abcde');
    const second = await reader.read(new Uint8Array((first.value as Uint8Array).buffer));
    expect(String(Buffer.from(second.value as Uint8Array))).to.equal('fgh');
    expect((await reader.read(new Uint8Array(5))).done).to.equal(true);
  });

  it('tells a reader with wider elements of bytes that are left over', async () => {
    await using file = await open(newFile('abcdefghi'), 'rb');
    const reader = file.readableStream().getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint32Array(4));
    expect(Buffer.from((value as Uint32Array).buffer, 0, 8).toString()).to.equal('abcdefgh');
    expect(await failure(reader.read(new Uint32Array(4)))).to.be.an.instanceOf(TypeError);
  });

  it('yields chunks that share their memory with nothing else', async () => {
    await using file = await open(newFile('one\ntwo\n'), 'rb');
    const other = await file.readline();
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.readableStream()) chunks.push(chunk);
    for (const { buffer } of chunks) structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect(String(other)).to.equal('one\n');
  });

  it('is a body for Response, and for fetch both ways', async () => {
    const content = randomBytes(300_000);
    const path = newFile(content);
    const handle = await open(path, 'rb');
    const response = new Response(handle.readableStream({ close: true }));
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).to.equal(true);
    expect(handle.closed).to.equal(true);

    const server = createServer((request, reply) => void pipeline(request, reply));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const body = (await open(path, 'rb')).readableStream({ close: true });
      const echo = await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        body,
        duplex: 'half',
      });
      const copy = newPath();
      await using out = await open(copy, 'wb');
      await echo.body?.pipeTo(out.writableStream() as never);
      expect(readFileSync(copy).equals(content)).to.equal(true);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('becomes a node stream', async () => {
    const content = randomBytes(200_000);
    await using file = await open(newFile(content), 'rb');
    const parts: Buffer[] = [];
    for await (const chunk of Readable.fromWeb(file.readableStream()))
      parts.push(Buffer.from(chunk as Uint8Array));
    expect(Buffer.concat(parts).equals(content)).to.equal(true);
  });

  it('cancels a waiting read, and leaves later bytes to the handle', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    await using file = await open(fifo, 'rb');
    await using writer = await open(fifo, 'wb');
    const reader = file.readableStream().getReader();
    const read = reader.read();
    expect(await isPending(read)).to.equal(true);
    await reader.cancel('enough');
    expect((await read).done).to.equal(true);
    await writer.write(Buffer.from('later'));
    await writer.flush();
    expect(String(await file.read(5))).to.equal('later');

    const owner = await open(fifo, 'rb');
    const stream = owner.readableStream({ close: true });
    await stream.cancel();
    expect(owner.closed).to.equal(true);
  });

  it('fails with the error of the read, and with its signal', async () => {
    const controller = new AbortController();
    const file = await open(newFile('abc'), 'rb');
    const reader = file.readableStream({ signal: controller.signal, close: true }).getReader();
    controller.abort('why not');
    const error = await failure(reader.read());
    expect(error.code).to.equal('ABORT_ERR');
    expect(error.cause).to.equal('why not');
    expect(file.closed).to.equal(true);

    await using other = await open(newFile('abc'), 'rb');
    const stream = other.readableStream();
    await other.close();
    expect((await failure(stream.getReader().read())).code).to.equal('ERR_FILE_CLOSED');
  });

  it('cannot be created for a file that is not readable, or with invalid options', async () => {
    await using file = await open(newPath(), 'wb');
    expect(() => file.readableStream())
      .to.throw()
      .with.property('code', 'ERR_UNSUPPORTED_OPERATION');
    await using input = await open(newFile(''), 'rb');
    expect(() => input.writableStream())
      .to.throw()
      .with.property('code', 'ERR_UNSUPPORTED_OPERATION');
    expect(() => input.readableStream({ chunkSize: 0 }))
      .to.throw()
      .with.property('code', 'ERR_OUT_OF_RANGE');
    expect(() => input.readableStream({ close: 1 as any }))
      .to.throw()
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
  });
});

describe('a writable stream of bytes', () => {
  it('writes its chunks in order and flushes when it is closed', async () => {
    const path = newPath();
    await using file = await open(path, 'wb');
    await file.write(Buffer.from('before '));
    const writer = file.writableStream().getWriter();
    void writer.write(Buffer.from('one '));
    void writer.write(new Uint16Array([0x4141, 0x4242]));
    void writer.write(Buffer.from(' two').buffer.slice(0, 0));
    await writer.close();
    expect(readFileSync(path, 'utf8')).to.equal('before one AABB');
    expect(file.closed).to.equal(false);
    await file.write(Buffer.from(' after'));
    await file.flush();
    expect(readFileSync(path, 'utf8')).to.equal('before one AABB after');
  });

  it('accepts one chunk at a time, so a slow reader slows down the source', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    await using reader = await open(fifo, 'rb');
    const file = await open(fifo, 'wb');
    let asked = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (asked++ === 100) controller.close();
          else controller.enqueue(new Uint8Array(65_536).fill(asked));
        },
      },
      { highWaterMark: 0 },
    );
    const piped = source.pipeTo(file.writableStream({ close: true }));
    expect(await isPending(piped)).to.equal(true);
    expect(asked).to.be.lessThan(10);
    const all = await reader.readall();
    await piped;
    expect(all).to.have.length(6_553_600);
    expect(all.at(-1)).to.equal(100);
    expect(file.closed).to.equal(true);
  });

  it('ends a waiting write when it is aborted', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    await using reader = await open(fifo, 'rb');
    const file = await open(fifo, 'wb', { buffering: 0 });
    const writer = file.writableStream().getWriter();
    const write = failure(writer.write(new Uint8Array(1_000_000)));
    expect(await isPending(write)).to.equal(true);
    await writer.abort(new Error('no more'));
    expect((await write).message).to.be.a('string');
    expect(file.closed).to.equal(false);
    await file.close();
    expect((await reader.readall()).length).to.be.lessThan(1_000_000);
  });

  it('rejects chunks that are not bytes', async () => {
    await using file = await open(newPath(), 'wb');
    const writer = file.writableStream().getWriter();
    writer.closed.catch(() => undefined);
    expect((await failure(writer.write('text' as any))).code).to.equal('ERR_INVALID_ARG_TYPE');
  });

  it('can be the destination of a Node stream', async () => {
    const content = randomBytes(200_000);
    const path = newPath();
    const file = await open(path, 'wb');
    await pipeline(Readable.from([content]), Writable.fromWeb(file.writableStream({ close: true })));
    expect(readFileSync(path).equals(content)).to.equal(true);
  });
});

describe('a stream of text', () => {
  it('decodes across chunks and translates line endings', async () => {
    const text = 'größe ☃\r\nλ𝒳\r'.repeat(10_000);
    await using file = await open(newFile(text));
    expect(await file.readline()).to.equal('größe ☃\n');
    let read = '';
    for await (const part of file.readableStream()) read += part;
    expect(read).to.equal(text.replaceAll(/\r\n?/g, '\n').slice('größe ☃\n'.length));
  });

  it('returns the available text without waiting for more', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    await using file = await open(fifo);
    await using writer = await open(fifo, 'wb');
    const reader = file.readableStream().getReader();
    for (const part of ['half a', ' line\nand', ' more']) {
      await writer.write(Buffer.from(part));
      await writer.flush();
      expect((await reader.read()).value).to.equal(part);
    }
    await writer.write(Buffer.from([0xe2, 0x98]));
    await writer.flush();
    const snowman = reader.read();
    expect(await isPending(snowman)).to.equal(true);
    await writer.write(Buffer.from([0x83]));
    await writer.close();
    expect((await snowman).value).to.equal('☃');
    expect((await reader.read()).done).to.equal(true);
  });

  it('starts after the lines that were read before', async () => {
    await using file = await open(newFile('one\ntwo\nthree\n'));
    await file.readline();
    const reader = file.readableStream().getReader();
    expect((await reader.read()).value).to.equal('two\nthree\n');
    expect((await reader.read()).done).to.equal(true);
  });

  it('fails at malformed text, and ends', async () => {
    const file = await open(newFile(Buffer.from([65, 0xff, 66])));
    const error = await failure(file.readableStream({ close: true }).getReader().read());
    expect(error.code).to.equal('ERR_UNICODE_DECODE');
    expect(file.closed).to.equal(true);
  });

  it('accepts strings when it is written', async () => {
    const path = newPath();
    const file = await open(path, 'w', { encoding: 'utf-16' });
    const writer = file.writableStream({ close: true }).getWriter();
    void writer.write('grün\n');
    void writer.write('☃');
    await writer.close();
    expect(readFileSync(path, 'utf16le')).to.equal(`\ufeffgrün${EOL}☃`);
  });
});
