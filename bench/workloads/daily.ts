// Common work besides reading: records that must be on the disk, start-up, and reads during computation.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { drive } from '../harness/drive.js';
import { blockLoop } from '../harness/loop-delay.js';
import type { SingleSubject, Workload, WritesFile } from '../harness/types.js';
import { randomReads } from './random-reads.js';

const record = Buffer.from('0123456789abcdef'.repeat(8));
const root = fileURLToPath(new URL('../..', import.meta.url));

const durableAppends: Workload<
  'durableAppender',
  { chunk: Buffer; path: string },
  SingleSubject & WritesFile
> = {
  name: 'durable-appends',
  title: '128-byte records appended, each on the disk before the next (write and fdatasync)',
  issue: 17,
  order: 32,
  inline: true,
  capability: 'durableAppender',
  baseline: 'fs-promises',
  requires: ['open'],
  firstOperations: 20,
  mostOperations: 500,
  fixture: ({ fixtures }) => ({ chunk: record, path: fixtures.freshPath('records') }),
  async measure(subject, { path }, total) {
    await subject.begin(path);
    const { latencies, nanoseconds } = await drive(subject, total, 1);
    await subject.finish();
    const written = readFileSync(path);
    rmSync(path);
    if (!written.equals(Buffer.alloc(total * record.length, record)))
      throw new Error('the file holds other bytes');
    return { operations: total, nanoseconds, latencies };
  },
};

const imports: Workload<'importable', object, { specifier: string }> = {
  name: 'import',
  title: 'A process of Node that imports the package and ends; CPU time of the import alone',
  issue: 17,
  order: 420,
  inline: true,
  capability: 'importable',
  baseline: 'fs-promises',
  warmUp: true,
  fixedTotal: ({ quick }) => (quick ? 1 : 10),
  async measure({ specifier }, _params, total) {
    const script = `
      const before = process.cpuUsage();
      await import(${JSON.stringify(specifier)});
      const { user, system } = process.cpuUsage(before);
      console.log(user + system);
    `;
    const args = ['--input-type=module', '-e', script];
    const start = performance.now();
    let cpuUs = 0;
    for (let count = 0; count < total; count++)
      cpuUs += Number((await promisify(execFile)(process.execPath, args, { cwd: root })).stdout);
    return { operations: total, nanoseconds: (performance.now() - start) * 1e6, cpuUs: cpuUs / total };
  },
  floorsBefore: [{ over: 'uvfiles-before', cpuAtMost: 0.4 }],
};

/** JavaScript computes for 2 ms in each turn of the loop. */
const computing: Workload<'randomReader'> = {
  ...randomReads({
    name: 'busy-loop',
    title: 'Cached 4 KiB reads, 64 in flight, while each turn of the loop computes for 2 ms',
    issue: 17,
    order: 212,
    inline: true,
    inFlight: 64,
    contenders: ['fs-promises', 'fs-callback'],
    floors: [{ over: 'fs-promises', atLeast: 1 }],
  }),
  async measure(subject, _params, total) {
    let over = false;
    const compute = async () => {
      while (!over) {
        blockLoop(2);
        await turn();
      }
    };
    const computed = compute();
    const sample = await drive(subject, total, 64);
    over = true;
    await computed;
    return sample;
  },
};

export default [durableAppends, imports, computing];
