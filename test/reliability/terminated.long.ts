// Workers that are terminated amid operations of every kind, many times: descriptors, threads and memory do not grow.
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { readBytes } from 'uvfiles';

import { scratchDirectory } from '../support/temp.js';
import { figure } from './support/figures.js';
import { Random } from '../support/random.js';
import { skip } from '../support/skip.js';

const TERMINATED = Number(process.env.UVFILES_TERMINATED ?? 1000);
const ENDED = Number(process.env.UVFILES_WORKERS ?? 1000);
const AT_ONCE = 4;

const BUSY = `
  const { parentPort, workerData: { top, number } } = require('node:worker_threads');
  const { open, openAtomic, os, readBytes, readMany, statMany, tempfile, updateAtomic, writeAtomic, writeFile, lockFile } = require('uvfiles');
  const own = top + '/own-' + number;
  const all = async (items) => { for await (const item of items) void item; };
  const kinds = [
    async () => { const f = await open(top + '/shared', 'rb'); await f.read(); await f.pread(100, 50); await f.close(); },
    async () => { const f = await open(own + '-lines', 'w'); await f.write('line\\n'.repeat(5000)); await f.sync(); await f.close(); },
    () => writeAtomic(own + '-atomic', Buffer.alloc(50_000, 'x')),
    () => updateAtomic(own + '-updated', (old) => (old ?? '') + 'x', { encoding: 'utf-8' }),
    async () => { const f = await openAtomic(own + '-streamed', 'w'); await f.write('x'); await f.commit(); },
    () => writeFile(own + '-whole', Buffer.alloc(100_000)),
    () => readBytes(top + '/shared'),
    () => all(readMany([top + '/shared', top + '/none'])),
    () => statMany([top + '/shared', top + '/none']),
    () => all(os.walk(top + '/tree')),
    () => all(os.glob('**/*', { cwd: top + '/tree' })),
    () => os.copy(top + '/shared', own + '-copy'),
    () => os.copytree(top + '/tree', own + '-tree'),
    async () => { const f = await tempfile.namedTemporaryFile({ dir: top }); await f.write(Buffer.alloc(10)); await f.close(); },
    async () => { const d = await tempfile.temporaryDirectory({ dir: top }); await d.cleanup(); },
    async () => { const lock = await lockFile(own + '-lock'); await lock.release(); },
    async () => { const f = await open(top + '/shared', 'rb'); await all(f.readableStream({ close: true })); },
    async () => { const f = await open(own + '-sink', 'wb'); await new Blob(['x'.repeat(9000)]).stream().pipeTo(f.writableStream({ close: true })); },
    async () => { const f = await open(top + '/shared', 'r', { encoding: 'latin1' }); await all(f); await f.close(); },
    async () => { const f = await tempfile.spooledTemporaryFile({ dir: top, maxSize: 10 }); await f.write(Buffer.alloc(100)); await f.close(); },
    () => all(readMany([top + '/fifo'], { timeout: 2 })),
    () => all(os.scandir(top + '/tree')),
    async () => { await os.makedirs(own + '-made/a/b', { existOk: true }); await os.rmtree(own + '-made'); },
    async () => { await writeFile(own + '-from', 'x'); await os.move(own + '-from', own + '-to'); },
  ];
  const loop = async (kind) => { for (;;) await kind().catch(() => undefined); };`;

interface Standing {
  descriptors: number;
  threads: number;
  memory: number;
}

const standing = (): Standing => ({
  descriptors: readdirSync('/proc/self/fd').length,
  threads: readdirSync('/proc/self/task').length,
  memory: process.memoryUsage().rss,
});

describe('workers, one after another', function () {
  this.timeout(1_200_000);
  const scratch = scratchDirectory();
  before(function () {
    if (process.platform === 'linux') return;
    skip(this, 'descriptors and threads are counted in /proc');
  });

  /** Runs `count` workers, a few at a time, and compares what the process holds after a tenth of them and at the end. */
  async function run(count: number, one: (number: number) => Promise<void>): Promise<void> {
    let next = 0;
    const some = async (end: number): Promise<Standing> => {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (next < end) await one(next++);
        }),
      );
      return standing();
    };
    const early = await some(Math.ceil(count / 10));
    const late = await some(count);
    expect(late.descriptors).to.be.at.most(early.descriptors + 8);
    expect(late.threads).to.be.at.most(early.threads + 4);
    expect(late.memory).to.be.at.most(early.memory + 150_000_000);
  }

  it('leave nothing behind when they are terminated amid operations of every kind', async () => {
    writeFileSync(path.join(scratch.path, 'shared'), Buffer.alloc(200_000, 'shared'));
    mkdirSync(path.join(scratch.path, 'tree/d/e'), { recursive: true });
    for (const name of ['a', 'd/b', 'd/e/c']) writeFileSync(path.join(scratch.path, 'tree', name), name);
    execFileSync('mkfifo', [path.join(scratch.path, 'fifo')]);
    const random = new Random(1);
    await run(TERMINATED, async (number) => {
      const workerData = { top: scratch.path, number: number % AT_ONCE };
      const worker = new Worker(`${BUSY} kinds.forEach(loop); parentPort.postMessage('busy');`, {
        eval: true,
        workerData,
      });
      await once(worker, 'message');
      for (let turns = random.below(20); turns > 0; turns--) await new Promise(setImmediate);
      await worker.terminate();
    });
    // The other ones continue normally.
    expect((await readBytes(path.join(scratch.path, 'shared'))).length).to.equal(200_000);
    for (const name of readdirSync(scratch.path).filter((each) => each.endsWith('-atomic'))) {
      expect(readFileSync(path.join(scratch.path, name)).equals(Buffer.alloc(50_000, 'x'))).to.equal(true);
    }
    figure('workers terminated amid operations', TERMINATED);
  });

  it('leave nothing behind when they end by themselves', async () => {
    writeFileSync(path.join(scratch.path, 'shared'), 'shared');
    await run(ENDED, async () => {
      const code = `
        const { workerData: { top } } = require('node:worker_threads');
        require('uvfiles').readText(top + '/shared').then((text) => { if (text !== 'shared') process.exit(1); });`;
      const worker = new Worker(code, { eval: true, workerData: { top: scratch.path } });
      const [status] = (await once(worker, 'exit')) as [number];
      expect(status).to.equal(0);
    });
    figure('workers that ended one after another', ENDED);
  });
});
