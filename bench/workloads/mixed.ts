// Small reads during a large copy and a walk: does bulk work starve them?
import { rmSync } from 'node:fs';
import { drive } from '../harness/drive.js';
import { percentile } from '../harness/statistics.js';
import type { Capabilities, ReadParams, ReadSubject, Workload } from '../harness/types.js';
import { readParams, verifyReads } from './random-reads.js';

type Mixed = ReadSubject & { load: ReturnType<Capabilities['bulkLoad']> };

const workload: Workload<'bulkLoad', ReadParams & { source: string; copy: string; top: string }, Mixed> = {
  name: 'mixed',
  title:
    'Cached 4 KiB reads, 1 in flight, while 2 GB are copied and 100,000 entries walked: p99 compared with reads alone',
  issue: 6,
  order: 230,
  capability: 'bulkLoad',
  baseline: 'fs-promises',
  requires: ['open', 'os.copy', 'os.walk', 'lanes'],
  inline: true,
  rounds: 3,
  warmUp: false,
  fixedTotal: ({ quick }) => (quick ? 200 : 20_000),
  fixture(context) {
    const { fixtures, quick } = context;
    return {
      ...readParams(context, { inFlight: 1 }),
      source: fixtures.patterned(quick ? 8 << 20 : 2 ** 31),
      copy: fixtures.freshPath('copy'),
      top: fixtures.smallFiles(quick ? 200 : 99_000, 1).top,
    };
  },
  async start(contender, params) {
    const subject = await contender.randomReader?.(params);
    const load = contender.bulkLoad?.(params);
    return subject && load && { ...subject, load };
  },
  verify: verifyReads,
  async measure(subject, { copy }, total) {
    const alone = await drive(subject, total, 1);
    let busy = true;
    const bulk = Promise.all([subject.load.copy(), subject.load.walk()]).finally(() => (busy = false));
    const latencies: number[] = [];
    let operations = 0;
    let nanoseconds = 0;
    while (busy) {
      const sample = await drive(subject, 64, 1);
      for (const latency of sample.latencies) latencies.push(latency);
      operations += sample.operations;
      nanoseconds += sample.nanoseconds;
    }
    await bulk;
    rmSync(copy);
    const aloneP99Us = percentile(alone.latencies, 0.99);
    const mixedP99Us = percentile(latencies, 0.99);
    return {
      operations,
      nanoseconds,
      latencies,
      values: { aloneP99Us, mixedP99Us, slowdown: mixedP99Us / aloneP99Us },
    };
  },
  floors: [{ value: 'slowdown', atMost: 2, text: 'p99 at most 2x what it is alone' }],
};

export default workload;
