// Past the budget of an iteration, inline calls wait for the next one or go to the pool. Each of them settles.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { configure, metrics, open, os, readBytes } from 'uvfiles';

import { resetInline } from '../support/inline.js';
import { rejection, scratchDirectory } from '../support/temp.js';

const content = Buffer.from(Array.from({ length: 16 * 4096 }, (_, i) => (i * 7 + (i >> 8)) % 256));

describe('a call past the inline budget', () => {
  const scratch = scratchDirectory();
  let name = '';

  beforeEach(() => {
    name = path.join(scratch.path, 'cached');
    writeFileSync(name, content);
    resetInline(1);
  });
  afterEach(() => resetInline());

  it('completes with the file still open if close is called meanwhile', async () => {
    const missing = path.join(scratch.path, 'nowhere');
    for (let round = 0; round < 8; round++) {
      const f = await open(name, 'rb');
      await f.pread(1, 0);
      const view = new Uint8Array(100);
      const reads = Array.from({ length: 300 }, (_, i) => f.pread(100, i * 10));
      const filled = f.preadinto(view, 5);
      const nothing = rejection(os.stat(missing));
      const closed = f.close();
      for (const [i, result] of (await Promise.all(reads)).entries())
        expect(result.equals(content.subarray(i * 10, i * 10 + 100)), String(i)).to.equal(true);
      expect(await filled).to.equal(100);
      expect(Buffer.from(view).equals(content.subarray(5, 105))).to.equal(true);
      expect((await nothing).code).to.equal('ENOENT');
      await closed;
    }
  });

  it('is aborted only by its own signal', async () => {
    const f = await open(name, 'rb');
    for (let round = 0; round < 50; round++) {
      const controller = new AbortController();
      const others = Array.from({ length: 5 }, () => f.pread(10, 20));
      const aborted = f.pread(100, 0, { signal: controller.signal }).then(
        () => 'read', // it was served before the budget was spent
        (error: Error) => error.name,
      );
      controller.abort();
      expect(await aborted).to.be.oneOf(['read', 'AbortError']);
      for (const other of await Promise.all(others))
        expect(other.equals(content.subarray(20, 30))).to.equal(true);
    }
    await f.close();
  });

  it('keeps its place in a sequence of reads', async () => {
    const f = await open(name, 'rb', { buffering: 0 });
    const pieces = await Promise.all(Array.from({ length: 400 }, () => f.read(100)));
    expect(Buffer.concat(pieces).equals(content.subarray(0, 40_000))).to.equal(true);
    await f.close();
  });

  it('completes if the inline path is switched off or its budget is set to 0 meanwhile', async () => {
    const f = await open(name, 'rb');
    for (const inline of [{ budgetMicros: 0 }, false, { maxBytes: 1 }] as const) {
      configure({ inline: { budgetMicros: 1, maxBytes: 65536 } });
      await new Promise((resolve) => setImmediate(resolve));
      const reads = Array.from({ length: 50 }, () => f.pread(10, 20));
      configure({ inline });
      for (const bytes of await Promise.all(reads))
        expect(bytes.equals(content.subarray(20, 30))).to.equal(true);
    }
    await f.close();
  });

  it('completes through the pool, if it has a path, after the budget has been set to 0', async () => {
    for (let round = 0; round < 20; round++) {
      resetInline(1);
      await new Promise((resolve) => setImmediate(resolve));
      const calls = [
        ...Array.from({ length: 3 }, () => readBytes(name)),
        ...Array.from({ length: 3 }, () => os.stat(name)),
        ...Array.from({ length: 3 }, () => open(name, 'rb')),
      ];
      resetInline(0);
      const [bytes, , , stats, , , ...files] = await Promise.all(calls);
      expect(content.equals(bytes as Buffer)).to.equal(true);
      expect((stats as { size: number }).size).to.equal(content.length);
      for (const file of files) await (file as Awaited<ReturnType<typeof open>>).close();
    }
  });

  for (const [size, inFlight] of [
    [65_536, 1],
    [100, 2],
    [4096, 16],
  ] as const) {
    it(`waits for the next iteration, not for the pool, with ${inFlight} in flight and ${size} bytes`, async () => {
      const f = await open(name, 'rb');
      for (let i = 0; i < 3; i++) {
        await f.pread(size, 0); // the first hit is made with a fresh budget
        await new Promise((resolve) => setImmediate(resolve));
      }
      const started = metrics().lanes.default!;
      for (let i = 0; i < 400; i += inFlight) {
        const reads = Array.from({ length: inFlight }, () => f.pread(size, 0));
        for (const bytes of await Promise.all(reads))
          expect(bytes.equals(content.subarray(0, size))).to.equal(true);
      }
      const ended = metrics().lanes.default!;
      // If the inline path is not available, or the system has dropped the file from its cache, the pool makes the calls.
      if (ended.inlineHits > started.inlineHits && ended.inlineMisses === started.inlineMisses)
        expect(ended.completed).to.equal(started.completed);
      await f.close();
    });
  }
});

describe('many calls in flight', () => {
  const scratch = scratchDirectory();

  it('each return the result for their own path, with or without the pool', async () => {
    const names = Array.from({ length: 40 }, (_, i) => path.join(scratch.path, `file-${i}`));
    for (const [i, name] of names.entries()) writeFileSync(name, 'x'.repeat(i));
    const missing = path.join(scratch.path, 'nowhere');
    const caller = async (first: number): Promise<void> => {
      for (let round = 0; round < 20; round++) {
        const i = (first + round) % names.length;
        expect((await os.stat(names[i]!)).size).to.equal(i);
        expect((await os.stat(names[i]!, { bigint: true })).size).to.equal(BigInt(i));
      }
      expect((await rejection(os.stat(missing))).code).to.equal('ENOENT');
    };
    await Promise.all(names.map((_, i) => caller(i)));
    for (let i = 0; i < 100; i++) expect((await os.stat(names[7]!)).size).to.equal(7);
  });
});
