// Web streams over handles: ranges, data that a cancelled stream leaves to its handle, and dropped streams.
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { configure, open } from 'uvfiles';

import { resetInline } from '../support/inline.js';
import { failure, makeFifo, newPath } from '../support/pipes.js';
import { skip } from '../support/skip.js';

function newFile(content: string | Buffer): string {
  const path = newPath();
  writeFileSync(path, content);
  return path;
}

async function all(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

describe('a range of a file as a stream', () => {
  const content = randomBytes(1_000_000);

  it('begins and ends at the given offsets, for every kind of handle', async () => {
    for (const buffering of [-1, 0, 1000]) {
      await using file = await open(newFile(content), 'rb', { buffering });
      await file.read(10);
      const ranges: [number, number | undefined][] = [
        [0, 5],
        [100, 100],
        [999_990, undefined],
        [999_990, 2_000_000],
        [5_000_000, undefined],
        [3, 700_000],
      ];
      for (const [start, end] of ranges) {
        const got = await all(file.readableStream(end === undefined ? { start } : { start, end }));
        expect(got.equals(content.subarray(start, end)), `${start}-${end}`).to.equal(true);
      }
      // The handle's own position has not moved.
      expect(await file.tell()).to.equal(10);
      expect((await all(file.readableStream({ end: 20 }))).equals(content.subarray(10, 20))).to.equal(true);
      expect(await file.tell()).to.equal(20);
      expect((await all(file.readableStream({ end: 20 }))).length).to.equal(0);
      expect((await all(file.readableStream())).equals(content.subarray(20))).to.equal(true);
    }
  });

  it('can be read in parallel with other ranges of the handle', async () => {
    await using file = await open(newFile(content), 'rb');
    const starts = Array.from({ length: 10 }, (_, index) => index * 100_000);
    const parts = await Promise.all(
      starts.map((start) => all(file.readableStream({ start, end: start + 100_000, chunkSize: 7000 }))),
    );
    expect(Buffer.concat(parts).equals(content)).to.equal(true);
  });

  it("fills a reader's own buffers within the range", async () => {
    await using file = await open(newFile('0123456789'), 'rb');
    const reader = file.readableStream({ start: 2, end: 7 }).getReader({ mode: 'byob' });
    const first = await reader.read(new Uint8Array(3));
    expect(String(Buffer.from(first.value as Uint8Array))).to.equal('234');
    const second = await reader.read(new Uint8Array(3));
    expect(String(Buffer.from(second.value as Uint8Array))).to.equal('56');
    expect((await reader.read(new Uint8Array(3))).done).to.equal(true);
  });

  it('contains data that was written but not flushed', async () => {
    await using file = await open(newPath(), 'w+b');
    await file.write(Buffer.from('0123456789'));
    expect(String(await all(file.readableStream({ start: 4 })))).to.equal('456789');
  });

  it('has larger chunks for long files, and chunks of the requested size', async () => {
    await using file = await open(newFile(Buffer.alloc(2_000_000)), 'rb');
    for (const start of [0, undefined]) {
      const sizes: number[] = [];
      for await (const piece of file.readableStream(start === undefined ? {} : { start }))
        sizes.push(piece.length);
      expect(Math.max(...sizes)).to.equal(256 * 1024);
      expect(sizes.length).to.be.lessThan(15);
    }
    const sizes: number[] = [];
    for await (const piece of file.readableStream({ start: 0, chunkSize: 100_000 })) sizes.push(piece.length);
    expect(sizes).to.deep.equal(Array.from({ length: 20 }, () => 100_000));
  });

  it('rejects invalid ranges and options', async () => {
    await using file = await open(newFile('abc'), 'rb');
    for (const o of [{ start: -1 }, { start: 1.5 }, { start: 2, end: 1 }, { end: NaN }, { chunkSize: 0 }])
      expect(() => file.readableStream(o), JSON.stringify(o))
        .to.throw(RangeError)
        .with.property('code', 'ERR_OUT_OF_RANGE');
    expect(() => file.readableStream({ highWaterMark: 1 } as never)).to.throw(/did you mean chunkSize/);
    expect(() => file.readableStream({ autoClose: true } as never)).to.throw(/did you mean close/);
    expect(() => file.writableStream(1 as never)).to.throw();
  });
});

describe('a stream whose consumer has gone', () => {
  // Every moment between the start of a read and its delivery.
  const moments = 40;

  async function microtasks(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await Promise.resolve();
  }

  before(() => configure({ inline: false }));
  after(() => resetInline());

  for (const [name, mode, buffering] of [
    ['raw', 'rb', 0],
    ['buffered', 'rb', -1],
    ['text', 'r', -1],
  ] as const) {
    it(`leaves the data of a cancelled stream to a ${name} file on a FIFO`, async function () {
      if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
      for (let moment = 0; moment < moments; moment++) {
        const fifo = makeFifo();
        const writer = openSync(fifo, 'r+');
        const file = await open(fifo, mode, buffering === 0 ? { buffering } : {});
        const reader = (file.readableStream() as ReadableStream).getReader();
        const read = reader.read();
        writeSync(writer, 'precious');
        if (moment % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
        await microtasks(moment);
        await reader.cancel();
        const { value } = await read;
        writeSync(writer, 'END');
        closeSync(writer);
        const rest = String(await file.read());
        const got = (value === undefined ? '' : Buffer.from(value).toString()) + rest;
        expect(got, `cancelled after ${moment}`).to.equal('preciousEND');
        await file.close();
      }
    });

    it(`leaves the data of a cancelled stream to a ${name} file on the disk`, async () => {
      const content = 'x'.repeat(10) + 'y'.repeat(100_000);
      const path = newFile(content);
      for (let moment = 0; moment < moments; moment++) {
        const file = await open(path, mode, buffering === 0 ? { buffering } : {});
        const reader = (file.readableStream() as ReadableStream).getReader();
        const read = reader.read();
        if (moment % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
        await microtasks(moment);
        await reader.cancel();
        const { value } = await read;
        const got = (value === undefined ? '' : Buffer.from(value).toString()) + String(await file.read());
        expect(got.length, `cancelled after ${moment}`).to.equal(content.length);
        await file.close();
      }
    });
  }

  it('ends immediately when its signal is aborted, and closes the handle that it owns', async () => {
    for (const mode of ['rb', 'r'] as const) {
      const controller = new AbortController();
      const file = await open(newFile('abc'), mode);
      const reader = (
        file.readableStream({ close: true, signal: controller.signal }) as ReadableStream
      ).getReader();
      controller.abort('enough');
      expect((await failure(reader.closed)).code).to.equal('ABORT_ERR');
      await file.close();
      expect(file.closed).to.equal(true);
    }
    const controller = new AbortController();
    const file = await open(newPath(), 'wb');
    const writer = file.writableStream({ close: true, signal: controller.signal }).getWriter();
    await writer.write(Buffer.from('abc'));
    const closed = failure(writer.closed);
    controller.abort('enough');
    expect((await closed).cause).to.equal('enough');
    await file.close();
    expect(file.closed).to.equal(true);
  });
});

describe('many streams on one signal', () => {
  it('share one listener, which is removed with the last stream', async () => {
    const { signal } = new AbortController();
    const path = newFile('abc');
    const streams = await Promise.all(
      Array.from({ length: 30 }, async () =>
        (await open(path, 'rb')).readableStream({ close: true, signal }),
      ),
    );
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    for (const stream of streams) expect(String(await all(stream))).to.equal('abc');
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('does not keep the handle of a stream that was dropped', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { signal } = new AbortController();
    const warned: string[] = [];
    const onWarning = (warning: Error & { code?: string }): void => void warned.push(String(warning.code));
    process.on('warning', onWarning);
    try {
      await (async () => {
        const path = newFile('abc');
        const reader = (await open(path, 'rb'))
          .readableStream({ close: true, signal, chunkSize: 1 })
          .getReader();
        await reader.read();
        const sink = (await open(newPath(), 'wb')).writableStream({ close: true, signal }).getWriter();
        await sink.write(Buffer.from('x'));
      })();
      while (warned.length < 2 || getEventListeners(signal, 'abort').length > 0) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(warned).to.deep.equal(['UVFILES_UNCLOSED', 'UVFILES_UNCLOSED']);
    } finally {
      process.off('warning', onWarning);
    }
  });
});

describe('a stream whose reader releases it while a read waits', () => {
  for (const kind of ['bytes', 'text'] as const)
    it(`leaves the ${kind} that arrive later to the handle, or to the next reader`, async function () {
      if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
      for (let round = 0; round < 20; round++) {
        const fifo = makeFifo();
        const writer = openSync(fifo, 'r+');
        await using file = await open(fifo, kind === 'bytes' ? 'rb' : 'r');
        const stream = file.readableStream() as ReadableStream<Uint8Array | string>;
        const reader = stream.getReader();
        const read = reader.read().catch(() => undefined);
        for (let i = 0; i < round % 4; i++) await new Promise((resolve) => setImmediate(resolve));
        reader.releaseLock();
        writeSync(writer, 'chunk\n');
        await read;
        for (let i = 0; i < round; i++) await new Promise((resolve) => setImmediate(resolve));
        let text = '';
        if (round % 2 === 0) {
          await stream.cancel();
          text = String(await file.readline());
        } else {
          const next = stream.getReader();
          text = Buffer.from((await next.read()).value!).toString();
          await next.cancel();
        }
        expect(text).to.equal('chunk\n');
        closeSync(writer);
      }
    });
});
