// What reads cost in memory: a hundred thousand queued at once, and ten million one after another.
import { runChild } from '../harness/child.js';
import { randomPositions } from '../harness/subjects.js';
import type { Workload } from '../harness/types.js';
import { forChild } from '../support/contender-by-name.js';
import type { MemoryTask } from '../support/memory-child.js';

const fileSize = 4 << 20;
const nothingTimed = { operations: 1, nanoseconds: Number.NaN, cpuUs: Number.NaN };

type InChild = Workload<
  'randomReader',
  Pick<MemoryTask, 'path' | 'fifo' | 'size' | 'positions'>,
  ReturnType<typeof forChild>
>;

function inChild({
  job,
  size,
  ...rest
}: Pick<MemoryTask, 'job' | 'size'> & Omit<InChild, 'issue' | 'measure'>): InChild {
  return {
    capability: 'randomReader',
    issue: 2,
    requires: ['open'],
    contenders: ['fs-promises', 'fs-callback'],
    warmUp: false,
    fixture: ({ fixtures }) => ({
      path: fixtures.patterned(fileSize),
      fifo: fixtures.freshPath('fifo'),
      size,
      positions: [...randomPositions(fileSize, size, 1 << 12)],
    }),
    start: forChild,
    measure: async ({ contender, env }, params, count) => {
      const task: MemoryTask = { contender, job, ...params, count, inFlight: 512 };
      return {
        ...nothingTimed,
        values: await runChild('memory-child.ts', task, { env, execArgv: ['--expose-gc'] }),
      };
    },
    ...rest,
  };
}

export default [
  inChild({
    name: 'memory-queued',
    title: 'Memory of 100,000 reads queued at once, each without its buffer (bytes)',
    order: 40,
    job: 'queued',
    size: 256,
    rounds: 3,
    fixedTotal: ({ quick }) => (quick ? 2000 : 100_000),
    floors: [{ value: 'bytesEach', atMost: 400, text: 'under 400 bytes each without their buffers' }],
  }),
  inChild({
    name: 'memory-flat',
    title: 'Resident memory over ten million 4 KiB reads, 512 in flight (MiB)',
    order: 41,
    job: 'many',
    size: 4096,
    rounds: 1,
    contenders: ['fs-callback'],
    fixedTotal: ({ quick }) => (quick ? 20_000 : 10_000_000),
    floors: [{ value: 'bytesARead', atMost: 2, text: 'flat: under 2 bytes a read, less than any leak' }],
  }),
];
