// Reads that a signal or timeout ends leave the data that they had read to the next read.
import { expect } from 'chai';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { open } from 'uvfiles';

import { failure, isPending, makeFifo, newPath } from '../support/pipes.js';
import { skip } from '../support/skip.js';

type Options = { signal: AbortSignal } | { timeout: number };
type Call = (f: any, o: Options) => Promise<unknown>;

const rows: [name: string, mode: string, o: object, sent: string, call: Call][] = [
  ['TextFile.readlines', 'r', {}, 'one\ntwo\nth', (f, o) => f.readlines(null, o)],
  ['TextFile.readlines with a hint', 'r', {}, 'one\ntwo\nth', (f, o) => f.readlines(1000, o)],
  ['BinaryFile.readlines', 'rb', {}, 'one\ntwo\nth', (f, o) => f.readlines(null, o)],
  ['RawFile.readlines', 'rb', { buffering: 0 }, 'one\ntwo\nth', (f, o) => f.readlines(null, o)],
  ['BinaryFile.readinto', 'rb', { buffering: 4 }, 'one\ntwo\nth', (f, o) => f.readinto(Buffer.alloc(64), o)],
  ['BinaryFile.readinto of less than the buffer', 'rb', {}, 'one', (f, o) => f.readinto(Buffer.alloc(64), o)],
  ['TextFile.readline', 'r', {}, 'no end', (f, o) => f.readline(null, o)],
  ['TextFile.read', 'r', {}, 'no €nd', (f, o) => f.read(64, o)],
  ['TextFile.read to the end', 'r', {}, 'no €nd', (f, o) => f.read(-1, o)],
  ['BinaryFile.read', 'rb', {}, 'no end', (f, o) => f.read(64, o)],
  ['BinaryFile.read around the buffer', 'rb', { buffering: 4 }, 'no end', (f, o) => f.read(64, o)],
  ['BinaryFile.readall', 'rb', {}, 'no end', (f, o) => f.readall(o)],
  ['RawFile.readline', 'rb', { buffering: 0 }, 'no end', (f, o) => f.readline(-1, o)],
];

describe('a read that a signal or timeout ends', () => {
  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'Windows has no FIFOs');
  });

  for (const [name, mode, o, sent, call] of rows) {
    it(`leaves the data that it had read to the next read: ${name}`, async () => {
      for (const how of ['signal', 'timeout']) {
        const fifo = makeFifo();
        const writer = openSync(fifo, 'r+');
        const f = await open(fifo, mode, o);
        writeSync(writer, sent);
        const controller = new AbortController();
        const reading = call(f, how === 'signal' ? { signal: controller.signal } : { timeout: 50 });
        const failed = failure(reading);
        if (how === 'signal') {
          expect(await isPending(failed)).to.equal(true);
          controller.abort();
        }
        expect((await failed).code).to.equal(how === 'signal' ? 'ABORT_ERR' : 'ERR_TIMEOUT');
        writeSync(writer, 'END');
        closeSync(writer);
        expect(String(await f.read()), how).to.equal(`${sent}END`);
        await f.close();
      }
    });
  }

  it('loses no lines of an iteration, one by one or in batches', async () => {
    for (const [mode, batch] of [
      ['r', undefined],
      ['r', 10],
      ['rb', undefined],
      ['rb', 10],
    ] as const) {
      const fifo = makeFifo();
      const writer = openSync(fifo, 'r+');
      const f = await open(fifo, mode);
      writeSync(writer, 'one\ntwo\nth');
      const controller = new AbortController();
      const lines: string[] = [];
      const all = (async () => {
        for await (const line of f.lines({ batch, keepEnds: true, signal: controller.signal } as {
          batch: number;
        }))
          lines.push(...[line].flat().map(String));
      })();
      const failed = failure(all);
      expect(await isPending(failed)).to.equal(true);
      controller.abort();
      expect((await failed).code).to.equal('ABORT_ERR');
      writeSync(writer, 'END');
      closeSync(writer);
      expect(lines.join('') + String(await f.read())).to.equal('one\ntwo\nthEND');
      await f.close();
    }
  });
});

describe('lines of text that are gathered by size', () => {
  it('are complete, even if reading stops in the middle of a chunk', async () => {
    const path = newPath();
    const content = Array.from({ length: 30_000 }, (_, i) => `größe ${i}\r\n`).join('');
    writeFileSync(path, content);
    const f = await open(path, 'r', { newline: '' });
    const parts: string[] = [];
    for (;;) {
      const some = await f.readlines(20_000);
      if (some.length === 0) break;
      parts.push(...some);
      expect(await f.tell()).to.equal(Buffer.byteLength(parts.join('')));
    }
    expect(parts.join('')).to.equal(content);
    await f.seek(0);
    expect((await f.readlines()).join('')).to.equal(content);
    await f.close();
  });
});
