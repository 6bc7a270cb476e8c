// Very many small writes to one file, each awaited before the next: typical of loggers and encoders.
import { readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { drive } from '../harness/drive.js';
import type { Workload } from '../harness/types.js';

const chunk = Buffer.from('0123456789abcdef'.repeat(4));

const workload: Workload<'smallWriter', { chunk: Buffer; path: string }> = {
  name: 'write-64b',
  title: '64-byte writes to one file, each awaited; up to 100,000 and the close are one measurement',
  issue: 2,
  order: 30,
  capability: 'smallWriter',
  baseline: 'fs-promises',
  requires: ['open'],
  contenders: ['fs-promises', 'fs-callback', 'fs-stream', 'fs-sync'],
  mostOperations: 100_000,
  fixture: ({ fixtures }) => ({ chunk, path: fixtures.freshPath('writes') }),
  async measure(subject, { path }, total) {
    await subject.begin(path);
    const start = performance.now();
    const { latencies } = await drive(subject, total, 1);
    await subject.finish();
    const nanoseconds = (performance.now() - start) * 1e6;
    checkWritten(path, total);
    return { operations: total, nanoseconds, latencies };
  },
  floors: [{ over: 'fs-promises', atLeast: 20 }, { aheadOfPeers: true }],
};

export default workload;

function checkWritten(path: string, total: number): void {
  const written = readFileSync(path);
  rmSync(path);
  if (!written.equals(Buffer.alloc(total * chunk.length, chunk)))
    throw new Error('the file holds other bytes');
}
