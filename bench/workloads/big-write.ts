// A 64 MiB write: how long is the loop held by handing the memory over?
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { patternAt } from '../harness/fixtures.js';
import { collectGarbage } from '../harness/garbage.js';
import { watchStalls } from '../harness/loop-delay.js';
import type { Workload } from '../harness/types.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const workload: Workload<'bigWriter', { path: string; content: Buffer }> = {
  name: 'write-64m',
  title: 'A write of 64 MiB (uvfiles: with transfer): longest stall of the loop',
  issue: 2,
  order: 31,
  capability: 'bigWriter',
  baseline: 'fs-promises',
  requires: ['open'],
  fixedTotal: () => 1,
  fixture: ({ fixtures, quick }) => ({
    path: fixtures.freshPath('big-write'),
    content: pattern(quick ? 4 << 20 : 64 << 20),
  }),
  start: (contender, { path }) => contender.bigWriter?.({ path: `${path}-${contender.name}` }),
  async measure(subject, { content }) {
    const bytes = Buffer.allocUnsafeSlow(content.length);
    bytes.set(content);
    await subject.rewind();
    // So much new memory makes V8 collect soon: before the measurement, not in it.
    collectGarbage();
    const stalls = watchStalls();
    await turn();
    const start = performance.now();
    const written = subject.write(bytes);
    const callMs = performance.now() - start;
    await written;
    const nanoseconds = (performance.now() - start) * 1e6;
    return { operations: 1, nanoseconds, values: { ...(await stalls.stop()), callMs } };
  },
  verify(subject, { content }) {
    const written = readFileSync(subject.path);
    if (written.length > 0 && !written.equals(content)) throw new Error('the file holds other bytes');
  },
  floors: [
    { value: 'stallMs', atMost: 1, text: 'the loop is held under 1 ms (longest turn)' },
    { value: 'callMs', atMost: 1, text: 'the call itself takes under 1 ms' },
  ],
};

export default workload;

function pattern(bytes: number): Buffer {
  const content = Buffer.allocUnsafeSlow(bytes);
  for (let offset = 0; offset < bytes; offset += 4) content.writeUInt32LE(patternAt(offset), offset);
  return content;
}
