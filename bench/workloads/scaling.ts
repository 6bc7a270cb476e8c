// How the cost of an operation changes with the number in flight, the size of files, the workers, the threads of the pool, the
// lanes, the mounts of the system and the entries of a directory. Ideally, it does not grow.
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { drive } from '../harness/drive.js';
import { patternAt } from '../harness/fixtures.js';
import { measureJob, type JobParams } from '../harness/jobs.js';
import { uvfiles } from '../harness/library.js';
import { startService } from '../harness/service.js';
import { cycle, randomPositions, slotBuffers } from '../harness/subjects.js';
import { forChild } from '../support/contender-by-name.js';
import { compiledWorker } from '../support/compiled-worker.js';
import type { ScalingTask } from '../support/scaling-child.js';
import type {
  AnyWorkload,
  Context,
  Driven,
  PromiseSubject,
  ReadParams,
  Scaling,
  SingleSubject,
  Skip,
  WholeSubject,
  Workload,
} from '../harness/types.js';
import { randomReads, readParams, verifyReads } from './random-reads.js';
import { wholeFiles } from './whole-files.js';

const contenders = ['fs-promises', 'fs-callback'];
const rounds = 3;
/** What every point of a curve has in common; quick runs take the small ones only. */
const point = (order: number, scaling: Scaling, title: string) => ({
  name: `scaling-${scaling.group}-${scaling.value}`,
  title: `${title}: ${scaling.value.toLocaleString('en-US')} ${scaling.of}`,
  issue: 17,
  order,
  inline: true,
  rounds,
  contenders,
  scaling,
});

const inFlight = [1, 8, 64, 512, 4096, 32_768, 100_000].map((value) => {
  const bytes = 512;
  return randomReads({
    ...point(500, { group: 'in-flight', of: 'in flight', value }, 'Cached reads of 512 bytes'),
    requires: ['open'],
    inFlight: value,
    fixedTotal: ({ quick }) => (quick ? 100 : Math.max(value * 3, 50_000)),
    fixture: (context) => tooLarge(context, value > 512) ?? readParams(context, { inFlight: value, bytes }),
  });
});

const kib = 1 / 1024;
const wholeSizes = [1, 4, 16, 64, 256, 1024, 16_384, 102_400].map((value) => {
  const bytes = value / kib;
  return wholeFiles({
    ...point(501, { group: 'whole-size', of: 'KiB', value }, 'Cached whole files, one after another'),
    inFlight: 1,
    bytes,
    files: Math.max(2, Math.min(256, Math.floor((64 << 20) / bytes))),
    ...(value > 256 && { fixedTotal: ({ quick }: Context) => (quick ? 2 : Math.ceil((256 << 20) / bytes)) }),
  });
});

// The file is a hole except for its last megabyte, which is read. So 10 GB of pages are not needed.
const tail = 1 << 20;
const fileSizes = [1, 16, 256, 1024, 10_240].map((value) =>
  randomReads({
    ...point(502, { group: 'file-size', of: 'MiB', value }, 'Cached 4 KiB reads at the end of a file'),
    inFlight: 1,
    fixture({ fixtures }) {
      const length = value * 2 ** 20;
      const path = fixtures.once(`tail-${value}`, (file) => {
        const fd = openSync(file, 'w');
        ftruncateSync(fd, length);
        const words = Uint32Array.from({ length: tail / 4 }, (_, word) =>
          patternAt(length - tail + 4 * word),
        );
        writeSync(fd, words, 0, tail, length - tail);
        closeSync(fd);
      });
      const positions = randomPositions(tail, 4096).map((position) => length - tail + position);
      return { path, size: 4096, slots: 1, positions };
    },
  }),
);

type InProcess = Workload<
  'randomReader',
  Omit<ScalingTask, 'contender' | 'workers' | 'mounts'>,
  WholeSubject
>;

/** Reads in a process of its own. */
const inProcess = (
  head: ReturnType<typeof point>,
  of: { workers?: number; mounts?: number; threads?: number },
): InProcess => ({
  ...head,
  capability: 'randomReader',
  baseline: 'fs-promises',
  requires: ['open'],
  fixedTotal: ({ quick }) => (quick ? 200 : 100_000),
  fixture(context): Omit<ScalingTask, 'contender' | 'workers' | 'mounts'> | Skip {
    const why = of.mounts === undefined ? undefined : whyNoMounts();
    if (why !== undefined) return { skip: why };
    const { workers = 0, threads = 0, mounts = 0 } = of;
    const skip = tooLarge(context, workers > 2 || threads > 2 || mounts > 200);
    if (skip !== undefined) return skip;
    const { positions, ...params } = readParams(context, { inFlight: 64 });
    const some = [...positions.slice(0, 1 << 12)];
    return { params: { ...params, positions: some }, script: compiledWorker('scaling-worker.ts') };
  },
  async start(who, params) {
    const { workers = 1, mounts = 0, threads } = of;
    const { contender, env } = forChild(who);
    const service = startService('scaling-child.ts', {
      env: { ...env, ...(threads !== undefined && { UV_THREADPOOL_SIZE: String(threads) }) },
      wrapper: mounts > 0 ? ['unshare', '-m'] : [],
    });
    try {
      const task: ScalingTask = { ...params, contender, workers, mounts };
      await service.ask('start', task);
    } catch (error) {
      await service.stop();
      throw error;
    }
    return {
      style: 'whole',
      runAll: (total, parallel) => service.ask<Driven>('run', { total, inFlight: parallel }),
      close: () => service.stop(),
    };
  },
  measure: (subject, _params, total) => drive(subject, total, 64),
});

const reads = 'Cached 4 KiB reads, 64 in flight';
const workers = [1, 2, 4, 8].map((value) =>
  inProcess(point(503, { group: 'workers', of: 'workers', value }, `${reads} in each worker`), {
    workers: value,
  }),
);
const threads = [1, 2, 4, 8, 16, 64].map((value) =>
  inProcess(point(504, { group: 'pool', of: 'threads in the pool', value }, reads), { threads: value }),
);
const mounts = [0, 200, 2000].map((value) =>
  inProcess(point(506, { group: 'mounts', of: 'further mounts', value }, reads), { mounts: value }),
);

const lanes = [1, 8, 64, 512].map((value): Workload<'randomReader', ReadParams, PromiseSubject> => ({
  ...point(505, { group: 'lanes', of: 'lanes', value }, `${reads}, in turn`),
  capability: 'randomReader',
  contenders: [],
  requires: ['open', 'createLane'],
  fixture: (context) => readParams(context, { inFlight: 64 }),
  async start(contender, { path, size, positions, slots }) {
    if (contender.name !== 'uvfiles') return undefined;
    const file = await uvfiles().open(path, 'rb');
    const options = Array.from({ length: value }, (_, index) => ({
      lane: uvfiles().createLane({ name: `scaling-${value}-${index}-${laneCounter++}` }),
    }));
    const buffers = slotBuffers(slots, size);
    const at = cycle(positions);
    return {
      style: 'promise',
      run: (index, slot) => file.preadinto(buffers[slot]!, at(index), options[index % value]),
      bytesOf: (count: number, slot: number) => buffers[slot]!.subarray(0, count),
      close: () => file.close(),
    };
  },
  measure: (subject, _params, total) => drive(subject, total, 64),
  verify: (subject, params) => verifyReads(subject as never, params),
}));
let laneCounter = 0;

const entries = [10, 100, 1000, 10_000, 100_000].map(
  (value): Workload<'directoryLister', JobParams & { top: string }, SingleSubject> => ({
    ...point(507, { group: 'entries', of: 'entries', value }, 'listdir of a directory, per entry'),
    contenders: ['fs-promises'],
    capability: 'directoryLister',
    baseline: 'fs-promises',
    requires: ['os.listdir'],
    fixedTotal: () => 1,
    fixture: (context) =>
      tooLarge(context, value > 1000) ?? {
        top: context.fixtures.flatDirectory(value),
        expected: value,
        operations: value,
      },
    measure: measureJob({ forMs: 100 }),
  }),
);

const workloads: readonly AnyWorkload[] = [
  ...inFlight,
  ...wholeSizes,
  ...fileSizes,
  ...workers,
  ...threads,
  ...lanes,
  ...mounts,
  ...entries,
];
export default workloads;

function tooLarge({ quick }: Context, isLarge: boolean): Skip | undefined {
  return quick && isLarge ? { skip: 'too large for --quick' } : undefined;
}

function whyNoMounts(): string | undefined {
  try {
    execFileSync('unshare', ['-m', 'python3', '-c', ''], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no mount namespace of its own is allowed here (unshare -m python3)';
  }
}
