// Random reads of a file that is not cached: the disk sets the pace, and the loop must not be held by trying.
import { performance } from 'node:perf_hooks';
import { drive } from '../harness/drive.mjs';
import { percentile } from '../harness/statistics.mjs';
import { dropCache } from '../support/drop-cache.mjs';
import { randomReads } from './random-reads.mjs';

function coldReads({ inFlight, total, ...rest }) {
  const workload = randomReads({
    issue: 6,
    inline: true,
    inFlight,
    requires: ['open', 'configure'],
    contenders: ['fs-promises', 'fs-callback'],
    rounds: 5,
    warmUp: false,
    quickFileSize: 8 << 20,
    fileSize: 512 << 20,
    fixedTotal: ({ quick }) => (quick ? 50 : total),
    async measure(subject, { path }, count) {
      dropCache(path);
      const held = [];
      const sample = await drive(timedCalls(subject, held), count, inFlight);
      return { ...sample, values: { callP999Us: percentile(held, 0.999), callMaxUs: percentile(held, 1) } };
    },
    ...rest,
  });
  return {
    ...workload,
    fixture(context) {
      const params = workload.fixture(context);
      try {
        dropCache(params.path);
      } catch (error) {
        return { skip: `the page cache cannot be dropped here: ${error.message}` };
      }
      return params;
    },
  };
}

// How long each call keeps the loop thread before it returns, in microseconds.
function timedCalls(subject, held) {
  return {
    ...subject,
    run(index, slot, done) {
      const begin = performance.now();
      const result = subject.run(index, slot, done);
      held.push((performance.now() - begin) * 1e3);
      return result;
    },
  };
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
    total: 10_000,
    floors: [holdFloor],
  }),
  coldReads({
    name: 'cold-256',
    title: 'Cold random 4 KiB reads, 256 in flight',
    order: 221,
    inFlight: 256,
    total: 10_000,
    floors: [holdFloor, { over: 'fs-promises', atLeast: 2.5 }],
  }),
];
