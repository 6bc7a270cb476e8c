// Many cached calls in flight, which the pool and the event loop's thread share.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { expect } from 'chai';
import { configure, metrics, open, os, readBytes } from 'uvfiles';

import { inlineHere, resetInline } from '../support/inline.js';
import { rejection, scratchDirectory } from '../support/temp.js';

const BLOCK = 4096;
const blocks = 256;
const content = Buffer.alloc(blocks * BLOCK);
for (let i = 0; i < content.length; i += 4) content.writeUInt32LE(i, i);

/** Reads with 64 in flight, forever. */
const READING = `
  const { open, metrics } = require('uvfiles');
  const { parentPort, workerData } = require('node:worker_threads');
  void (async () => {
    const f = await open(workerData, 'rb');
    let told = false;
    const chain = async (view, count) => {
      for (;;) {
        await f.preadinto(view, (count++ % ${blocks}) * ${BLOCK});
        if (told || count % 500 > 0) continue;
        told = metrics().lanes.default.completed > 1; // one opened the file
        if (told) parentPort.postMessage('shared');
      }
    };
    for (let i = 0; i < 64; i++) void chain(Buffer.alloc(${BLOCK}), i);
  })();
`;

/** Makes calls, with `count` in flight at any time, until `enough`. */
async function inFlight(
  count: number,
  call: (n: number) => Promise<void>,
  enough: (calls: number) => boolean,
) {
  let calls = 0;
  const chain = async (): Promise<void> => {
    while (!enough(calls)) await call(calls++);
  };
  await Promise.all(Array.from({ length: count }, chain));
}

describe('many cached calls in flight', () => {
  const scratch = scratchDirectory();
  let name = '';
  const needed = inlineHere();

  beforeEach(() => {
    name = path.join(scratch.path, 'cached');
    writeFileSync(name, content);
    resetInline();
  });
  afterEach(() => resetInline());

  for (const count of [32, 64, 512]) {
    it(`each return their own bytes (${count} in flight)`, async () => {
      const f = await open(name, 'rb');
      await inFlight(
        count,
        async (n) => {
          const at = (n * 7) % blocks;
          const view = Buffer.alloc(BLOCK);
          const read =
            n % 2 === 0 ? await f.preadinto(view, at * BLOCK) : (await f.pread(BLOCK, at * BLOCK)).copy(view);
          expect(read).to.equal(BLOCK);
          expect(view.equals(content.subarray(at * BLOCK, (at + 1) * BLOCK))).to.equal(true);
        },
        (calls) => calls >= 10_000,
      );
      await f.close();
    });
  }

  it('stop at the end of the file', async () => {
    const f = await open(name, 'rb');
    await inFlight(
      64,
      async (n) => {
        const view = Buffer.alloc(BLOCK);
        const beyond = n % 3; // before the end, across it, after it
        expect(await f.preadinto(view, content.length - BLOCK + (beyond * BLOCK) / 2)).to.equal(
          [BLOCK, BLOCK / 2, 0][beyond],
        );
      },
      (calls) => calls >= 5000,
    );
    await f.close();
  });

  it('let timers and immediates run meanwhile', async () => {
    const f = await open(name, 'rb');
    const view = Buffer.alloc(BLOCK);
    let turns = 0;
    let ended = false;
    const turn = (): void => {
      turns++;
      if (!ended) setImmediate(turn);
    };
    setImmediate(turn);
    await inFlight(
      512,
      async (n) => void (await f.preadinto(view, (n % blocks) * BLOCK)),
      () => turns >= 50, // never, if results were taken without end
    );
    await inFlight(
      64,
      async () => void (await os.stat(name)),
      () => turns >= 100,
    );
    ended = true;
    await f.close();
  });

  it('of several kinds all settle', async () => {
    const small = path.join(scratch.path, 'small');
    writeFileSync(small, 'small');
    const missing = path.join(scratch.path, 'missing');
    await inFlight(
      96,
      async (n) => {
        if (n % 3 === 0) expect(String(await readBytes(small))).to.equal('small');
        else if (n % 3 === 1) expect((await os.stat(name)).size).to.equal(content.length);
        else expect((await rejection(readBytes(missing))).code).to.equal('ENOENT');
      },
      (calls) => calls >= 6000,
    );
  });

  it("all run on the event loop's thread if sharing is switched off", async function () {
    needed(this);
    configure({ inline: { share: false } });
    try {
      const f = await open(name, 'rb');
      await f.pread(BLOCK, 0);
      const before = metrics();
      await inFlight(
        64,
        async (n) => void (await f.pread(BLOCK, (n % blocks) * BLOCK)),
        (calls) => calls >= 5000,
      );
      const { pool, lanes } = metrics();
      await f.close();
      // If the system has dropped the file from its cache, the pool makes the calls.
      if (pool.inline.misses === before.pool.inline.misses)
        expect(lanes.default!.completed).to.equal(before.lanes.default!.completed);
    } finally {
      configure({ inline: { share: true } });
      resetInline();
    }
  });

  it('leave budget for the inline path', async function () {
    needed(this);
    const f = await open(name, 'rb');
    await inFlight(
      32, // the pool makes all of them
      async () => void (await os.stat(name)),
      (calls) => calls >= 10_000,
    );
    const hits = (): number => metrics().pool.inline.hits;
    const before = hits();
    for (let turn = 0; turn < 50; turn++) {
      await f.pread(1, 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(hits()).to.be.above(before);
    await f.close();
  });

  it('keep the file open until all have settled, even after close is called', async () => {
    for (let round = 0; round < 10; round++) {
      const f = await open(name, 'rb');
      await inFlight(
        64,
        async () => void (await f.pread(1, 0)),
        (calls) => calls >= 1000,
      );
      const reads = Array.from({ length: 200 }, (_, i) => f.pread(16, i * BLOCK));
      const closed = f.close();
      for (const [i, bytes] of (await Promise.all(reads)).entries())
        expect(bytes.equals(content.subarray(i * BLOCK, i * BLOCK + 16))).to.equal(true);
      await closed;
    }
  });

  it('are shared with the pool in a worker, and end when it is terminated', async () => {
    for (let round = 0; round < 5; round++) {
      const worker = new Worker(READING, { eval: true, workerData: name });
      await once(worker, 'message'); // rejects if the worker fails
      expect(await worker.terminate()).to.equal(1);
    }
  });
});
