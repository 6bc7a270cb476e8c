// Random reads of a file that is not cached: the disk is the bottleneck, and inline attempts must not block the loop.
import { performance } from 'node:perf_hooks';
import { drive } from '../harness/drive.js';
import { percentile } from '../harness/statistics.js';
import { dropCache } from '../support/drop-cache.js';
import type { Done, ReadSubject, Workload } from '../harness/types.js';
import { readParams, verifyReads } from './random-reads.js';

function coldReads({
  inFlight,
  ...rest
}: { inFlight: number } & Omit<Workload<'randomReader'>, 'issue' | 'measure'>): Workload<'randomReader'> {
  return {
    capability: 'randomReader',
    baseline: 'fs-promises',
    issue: 6,
    inline: true,
    requires: ['open', 'configure'],
    contenders: ['fs-promises', 'fs-callback'],
    rounds: 5,
    warmUp: false,
    fixedTotal: ({ quick }) => (quick ? 50 : 10_000),
    fixture(context) {
      const sizes = { quickFileSize: 8 << 20, fileSize: 512 << 20 };
      const params = readParams(context, { inFlight, ...sizes });
      try {
        dropCache(params.path);
      } catch (error) {
        return { skip: `the page cache cannot be dropped here: ${(error as Error).message}` };
      }
      return params;
    },
    async measure(subject, { path }, count) {
      dropCache(path);
      const held: number[] = [];
      const sample = await drive(timedCalls(subject, held), count, inFlight);
      return { ...sample, values: { callP999Us: percentile(held, 0.999), callMaxUs: percentile(held, 1) } };
    },
    verify: verifyReads,
    ...rest,
  };
}

// How long each call keeps the loop thread before it returns, in microseconds.
function timedCalls(subject: ReadSubject, held: number[]): ReadSubject {
  if (subject.style === 'whole') return subject;
  const timed = {
    ...subject,
    run(index: number, slot: number, done: Done) {
      const begin = performance.now();
      const result = subject.run(index, slot, done);
      held.push((performance.now() - begin) * 1e3);
      return result;
    },
  };
  return timed as ReadSubject;
}

const holdFloor = {
  value: 'callP999Us',
  over: 'fs-promises',
  plus: 100,
  text: 'loop held no longer than by fs.promises plus 100 us at p99.9',
};

export default [
  coldReads({
    name: 'cold-1',
    title: 'Cold random 4 KiB reads, 1 in flight',
    order: 220,
    inFlight: 1,
    floors: [holdFloor],
  }),
  coldReads({
    name: 'cold-256',
    title: 'Cold random 4 KiB reads, 256 in flight',
    order: 221,
    inFlight: 256,
    floors: [
      holdFloor,
      {
        over: 'fs-promises',
        atLeast: 2.5,
        reason: 'the disk answers no more reads per second (docs/benchmarks.md)',
      },
    ],
  }),
];
