// The cost of metrics() while it is not called: a hit of the inline path is counted in JavaScript, and an operation of the
// pool takes a clock reading and two histogram entries. Each is compared with the time of a cached read.
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import type * as InlineBudget from '../../lib/native/inline-budget.js';
import { setInline } from '../harness/library.js';
import { randomPositions } from '../harness/subjects.js';
import type { ReadParams, PromiseSubject, Workload } from '../harness/types.js';
import { loadNative } from '../native/load.js';

const fileSize = 4 << 20;
const counted = 2_000_000;

const workload: Workload<'randomReader', ReadParams, PromiseSubject> = {
  name: 'figures-cost',
  title: 'What counting for metrics() adds to a cached 4 KiB read (percent)',
  issue: 6,
  order: 240,
  capability: 'randomReader',
  requires: ['open', 'configure', 'metrics'],
  contenders: [],
  warmUp: false,
  rounds: 5,
  fixedTotal: ({ quick }) => (quick ? 5000 : 200_000),
  fixture: ({ fixtures }) => ({
    path: fixtures.patterned(fileSize),
    size: 4096,
    positions: randomPositions(fileSize, 4096),
    slots: 1,
  }),
  start: (contender, params) => contender.randomReader?.(params) as Promise<PromiseSubject> | undefined,
  async measure(subject, _params, count) {
    const inlineNs = await readsOf(subject, count, true);
    const pooledNs = await readsOf(subject, count / 10, false);
    const countingNs = hitsCounted();
    const figuresNs = loadNative().figuresCost(counted);
    return {
      operations: count,
      nanoseconds: inlineNs * count,
      values: {
        countingNs,
        figuresNs,
        inlinePercent: (countingNs / inlineNs) * 100,
        pooledPercent: (figuresNs / pooledNs) * 100,
      },
    };
  },
  floors: [
    { value: 'inlinePercent', atMost: 2, text: 'under 2 % of a read that is served inline' },
    { value: 'pooledPercent', atMost: 2, text: 'under 2 % of a read through the pool' },
  ],
};

export default workload;

async function readsOf(subject: PromiseSubject, count: number, inline: boolean): Promise<number> {
  setInline(inline);
  for (let i = 0; i < count / 10; i++) await subject.run(i, 0);
  const start = performance.now();
  for (let i = 0; i < count; i++) await subject.run(i, 0);
  const nanoseconds = ((performance.now() - start) * 1e6) / count;
  setInline(true);
  return nanoseconds;
}

// The function that every hit calls, as it stands in the library.
function hitsCounted(): number {
  const require = createRequire(import.meta.url);
  const { count } = require('../../dist/cjs/native/inline-budget.js') as typeof InlineBudget;
  for (let i = 0; i < counted / 10; i++) count('read', undefined, true);
  const start = performance.now();
  for (let i = 0; i < counted; i++) count('read', undefined, true);
  return ((performance.now() - start) * 1e6) / counted;
}
