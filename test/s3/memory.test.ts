// What is in memory while objects are streamed: measured right after a garbage collection, so that it depends neither on
// how busy the machine is nor on the allocator.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';
import { objectFiles, type ObjectStore } from 'uvfiles/s3';

import { inUse } from './support/in-use.js';
import { MIB, READ, turns, WRITE } from './support/files.js';
import { MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';
import { whySkipped } from './support/targets.js';

const PART = 5 * MIB;
/** For what else the test keeps. */
const SMALL = MIB;

describe('s3: memory', () => {
  const piece = Buffer.alloc(MIB);

  /** A store that keeps no part, and answers each one when `answer` is called. */
  function withSlowParts(): { store: ObjectStore; answer: () => void; waiting: () => number } {
    let waiting: (() => void)[] = [];
    const store = wrapStore(new MemoryStore(), async (name, call, args) => {
      if (name === 'completeUpload') return undefined;
      if (name !== 'uploadPart') return call(...args);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return '"part"';
    });
    const answer = (): void => {
      for (const resolve of waiting) resolve();
      waiting = [];
    };
    return { store, answer, waiting: () => waiting.length };
  }

  for (const end of ['close', 'abort'] as const)
    it(`is five parts while a file is written, and none after ${end}`, async () => {
      const { store, answer, waiting } = withSlowParts();
      const before = inUse();
      const file = await objectFiles(store, { partSize: PART }).open('/a', WRITE, 0o666, {});
      let at = 0;
      const write = async (pieces: number): Promise<void> => {
        for (const last = at + pieces * MIB; at < last; at += MIB) await file.pwrite!(piece, at, {});
      };
      await write(25);
      expect(waiting()).to.equal(4);
      expect(inUse() - before).to.be.within(4 * PART, 5 * PART + SMALL);
      // Memory of parts that have arrived is used again.
      for (let round = 0; round < 3; round++) {
        answer();
        await turns();
        await write(20);
        expect(inUse() - before).to.be.within(4 * PART, 5 * PART + SMALL);
      }
      const ended = file[end]!(undefined);
      await turns();
      answer();
      await turns();
      answer();
      await ended;
      expect(inUse() - before).to.be.below(SMALL);
    });

  it('is two windows while a file is read, and none after close', async () => {
    const size = 48 * MIB;
    const info = { size, etag: '"1"', modified: 0 };
    const chunk = Buffer.alloc(MIB / 4);
    const store = wrapStore(new MemoryStore(), async (name, _call, args) => {
      if (name === 'head') return info;
      const { start = 0, end = size } = args[1] as { start?: number; end?: number };
      async function* body(): AsyncGenerator<Uint8Array> {
        for (let at = start; at < end; at += chunk.length) yield chunk;
      }
      return { ...info, start, length: end - start, body: body() };
    });
    const before = inUse();
    const file = await objectFiles(store).open('/a', READ, 0, {});
    for (let at = 0; at < size - MIB; at += MIB) {
      await file.preadinto!(piece, at, {});
      if (at % (4 * MIB) === 0) expect(inUse() - before).to.be.below(2 * 8 * MIB + SMALL);
    }
    await turns();
    expect(inUse() - before).to.be.above(8 * MIB);
    await file.close();
    expect(inUse() - before).to.be.below(SMALL);
  });

  /** UVFILES_S3_STREAM=2147483648 streams 2 GiB. */
  const bytes = Number(process.env.UVFILES_S3_STREAM ?? 320 * MIB);
  const why = whySkipped('ceph');
  if (why !== undefined) it(`of streams to a server: skipped, ${why}`);
  else
    it(`grows by no more than 64 MB while ${bytes / MIB} MiB are streamed to a server and back`, async function () {
      this.timeout(240_000 + (bytes / MIB) * 200);
      const script = fileURLToPath(new URL('support/stream-child.ts', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--import',
        'tsx',
        script,
        String(bytes),
      ]);
      const { same, grewWriting, grew } = JSON.parse(stdout) as Record<string, unknown>;
      expect(same).to.equal(true);
      // Five parts of 8 MiB and one for the client; two windows, and what has arrived of two more since the collection.
      expect(grewWriting).to.be.at.most(64e6);
      expect(grew).to.be.at.most(64e6);
    });
});
