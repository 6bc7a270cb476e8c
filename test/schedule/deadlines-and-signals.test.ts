// Signals and timeouts: queued operations make no system call, running ones settle once, and other operations are not
// affected.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import { AbortError, createLane, metrics, open, os, TimeoutError } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { withOneThread } from '../support/one-thread.js';
import { makeFifo } from '../support/pipes.js';
import { skip } from '../support/skip.js';

describe('signals and timeouts', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-'));
    writeFileSync(path.join(folder, 'data'), Buffer.alloc(1 << 20, 1));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('reject a call whose signal is aborted already, with the reason as cause', async () => {
    const f = await open(path.join(folder, 'data'), 'rb');
    const reason = new Error('enough');
    const error = await f.pread(10, 0, { signal: AbortSignal.abort(reason) }).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(Error).with.property('name', 'AbortError');
    expect(error).to.have.property('code', 'ABORT_ERR');
    expect(error).to.have.property('cause', reason);
    expect(error).to.be.instanceOf(AbortError);
    await f.close();
  });

  it('take a queued write out of the queue, without touching the file', async () => {
    const name = path.join(folder, 'untouched');
    writeFileSync(name, 'before');
    const { stdout, stderr } = await withOneThread(
      `import { open } from 'uvfiles';
       const f = await open(${JSON.stringify(name)}, 'r+b', { buffering: 0 });
       const release = await hold();
       const controller = new AbortController();
       const writes = [f.pwrite(Buffer.from('XXXXXX'), 0, { signal: controller.signal }),
                       f.pwrite(Buffer.from('YYYYYY'), 0, { timeout: 1 })].map((p) => p.catch((e) => e.code));
       controller.abort();
       console.log((await Promise.all(writes)).join(' '));
       await release();
       await f.close();`,
    );
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal('ABORT_ERR ERR_TIMEOUT');
    expect(readFileSync(name, 'utf8')).to.equal('before');
  });

  it('report the timeout that has expired', async () => {
    const f = await open(path.join(folder, 'data'), 'rb');
    const error = await f.pread(10, 0, { timeout: 0 }).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(TimeoutError).with.property('timeout', 0);
    await f.close();
  });

  it('settle each of 10,000 operations aborted at random moments once, and leave nothing behind', async () => {
    const f = await open(path.join(folder, 'data'), 'rb');
    // Without the inline path, which would have completed before an abort.
    const lane = createLane({ name: `aborted-${process.hrtime.bigint()}`, inline: false });
    let settled = 0;
    let aborted = 0;
    const all: Promise<void>[] = [];
    const controllers: AbortController[] = [];
    for (let i = 0; i < 10_000; i++) {
      const controller = new AbortController();
      controllers.push(controller);
      const position = (i * 7919) % (1 << 20);
      const call =
        i % 5 === 0
          ? os.stat(path.join(folder, 'data'), { signal: controller.signal, lane })
          : f.pread(64, position, { signal: controller.signal, lane });
      all.push(
        call.then(
          () => void settled++,
          (error: unknown) => {
            expect(error).to.have.property('code', 'ABORT_ERR');
            settled++;
            aborted++;
          },
        ),
      );
      if (i % 3 === 0) controllers[(i * 31) % controllers.length]!.abort();
      if (i % 7 === 0) controller.abort(); // still queued, or just taken
      if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // Other operations are not affected meanwhile.
    expect(await f.pread(4, 0)).to.have.lengthOf(4);
    for (const controller of controllers) controller.abort();
    await Promise.all(all);
    expect(settled).to.equal(10_000);
    expect(aborted).to.be.greaterThan(0);
    await f.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(metrics().pool.outstanding).to.equal(0);
  });

  it("apply one deadline to the wait and to every step, and report the caller's value", async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = makeFifo();
    const writer = await open(fifo, 'r+b', { buffering: 0 });
    const reader = await open(fifo, 'rb');
    let error: TimeoutError;
    const first = reader.read(1);
    const now = performance.now.bind(performance);
    try {
      const late = reader.read(1, { timeout: 600_000 }).catch((e: unknown) => e);
      // Nearly all of its time passes before its turn comes. If the time began anew then, this test would not end.
      performance.now = () => now() + 599_990;
      await writer.write(Buffer.from('a'));
      expect((await first).toString()).to.equal('a');
      error = (await late) as TimeoutError;
    } finally {
      performance.now = now;
    }
    expect(error).to.be.instanceOf(TimeoutError);
    expect(error.timeout).to.equal(600_000);
    const next = reader.read(1, { timeout: 60_000 });
    await writer.write(Buffer.from('b'));
    expect((await next).toString()).to.equal('b');
    await writer.close();
    await reader.close();
  });

  it('use one listener for any number of operations', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    const controller = new AbortController();
    const f = await open(path.join(folder, 'data'), 'rb');
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => f.pread(8, i * 100, { signal: controller.signal })),
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('warning', listen);
    expect(warnings).to.deep.equal([]);
    controller.abort(); // no listener is left
    expect(await f.pread(4, 0)).to.have.lengthOf(4);
    await f.close();
  });

  it('close a file whose open was aborted', async () => {
    const before = await openDescriptors();
    for (let i = 0; i < 200; i++) {
      const controller = new AbortController();
      const opening = open(path.join(folder, 'data'), 'rb', { signal: controller.signal });
      if (i % 2 === 0) controller.abort();
      else setImmediate(() => controller.abort());
      await opening
        .then((f) => f.close())
        .catch((error: unknown) => expect(error).to.have.property('code', 'ABORT_ERR'));
    }
    const done = await open(path.join(folder, 'data'), 'rb');
    await done.close();
    await expectDescriptors(before);
  });

  it('are rejected if they are invalid', async () => {
    const f = await open(path.join(folder, 'data'), 'rb');
    for (const [options, code] of [
      [{ signal: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ timeout: '1' }, 'ERR_INVALID_ARG_TYPE'],
      [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ timeout: NaN }, 'ERR_OUT_OF_RANGE'],
      [{ lane: 'bulk' }, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const error = await f.pread(1, 0, options as never).catch((e: unknown) => e);
      expect(error, JSON.stringify(options)).to.have.property('code', code);
    }
    await f.close();
  });
});
