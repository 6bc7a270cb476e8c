// JavaScript computes for 50 ms while reads are queued: do the reads continue meanwhile? Every thread of the pool is
// held by a read of an empty FIFO until all reads are queued and the loop is about to be blocked, so that all
// contenders start alike. The result is the increase of the process's counter of read calls during the block.
import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { drive } from '../harness/drive.js';
import { poolSize } from '../harness/header.js';
import { blockLoop } from '../harness/loop-delay.js';
import { holdPool } from '../support/hold-pool.js';
import type { ReadParams, Workload } from '../harness/types.js';
import { readParams, verifyReads } from './random-reads.js';

const blockMs = 50;
const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

const inFlight = 100_000;

const workload: Workload<'randomReader', ReadParams & { fifo: string }> = {
  name: 'blocked-loop',
  title: `1 KiB reads done while JavaScript holds the loop for ${blockMs} ms, 100,000 queued`,
  issue: 2,
  order: 35,
  capability: 'randomReader',
  requires: ['open'],
  contenders: ['fs-promises', 'fs-callback', 'bare-uv'],
  rounds: 5,
  fixedTotal: ({ quick }) => (quick ? 2000 : inFlight),
  fixture(context) {
    if (!existsSync('/proc/self/io')) return { skip: 'no /proc/self/io to count read calls by' };
    const fifo = context.fixtures.freshPath('fifo');
    return { ...readParams(context, { inFlight, bytes: 1024 }), fifo };
  },
  verify: verifyReads,
  async measure(subject, { fifo }, total) {
    const release = holdPool(fifo);
    await turn();
    const all = drive(subject, total, total);
    await turn();
    const start = performance.now();
    const before = readCalls();
    release();
    blockLoop(blockMs);
    const readsMeanwhile = Math.min(total, readCalls() - before - poolSize());
    await all;
    const nanoseconds = (performance.now() - start) * 1e6;
    return { operations: total, nanoseconds, cpuUs: Number.NaN, values: { readsMeanwhile } };
  },
  floors: [
    {
      value: 'readsMeanwhile',
      over: 'fs-callback',
      atLeast: 1,
      text: 'at least as many as through fs.read',
      reason: 'one thread of the pool is left to the rest of the program (docs/benchmarks.md)',
    },
  ],
};

export default workload;

function readCalls(): number {
  return Number(/syscr: (\d+)/.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
}
