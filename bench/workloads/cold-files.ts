// Many small files that are not cached, read by one call, or by one call each, 64 in flight: the disk is the bottleneck, so
// the number of requests that it has at a time counts.
import { drive, runOnce } from '../harness/drive.js';
import { dropCache, dropNames } from '../support/drop-cache.js';
import type { Context, SingleSubject, Workload } from '../harness/types.js';

const size = 4096;
const inFlight = 64;

type Params = { paths: string[] };

/** The files, or why they cannot be made cold here. */
function coldFiles(
  { fixtures, quick }: Context,
  drop: (...paths: string[]) => void,
): Params | { skip: string } {
  const { paths } = fixtures.smallFiles(quick ? 200 : 6000, size);
  try {
    drop(...paths);
  } catch (error) {
    return { skip: `the page cache cannot be dropped here: ${(error as Error).message}` };
  }
  return { paths };
}

const readMany: Workload<'manyReads', Params, SingleSubject> = {
  name: 'cold-read-many',
  title: '6,000 cold files of 4 KiB',
  issue: 16,
  order: 420,
  inline: true,
  capability: 'manyReads',
  baseline: 'fs-promises',
  requires: ['readMany'],
  contenders: ['fs-promises'],
  rounds: 5,
  warmUp: false,
  fixedTotal: () => 1,
  fixture: (context) => coldFiles(context, dropCache),
  async measure(subject, { paths }, total) {
    dropCache(...paths);
    return drive(subject, total, 1);
  },
  async verify(subject, { paths }) {
    if ((await runOnce(subject, 0, 0)) !== paths.length * size) throw new Error('bytes are missing');
  },
  floors: [{ over: 'fs-promises', atLeast: 2 }],
};

const shared = {
  issue: 16,
  inline: true,
  baseline: 'fs-promises',
  requires: ['open'],
  contenders: ['fs-promises'],
  rounds: 5,
  warmUp: false,
  fixedTotal: ({ quick }: { quick: boolean }) => (quick ? 200 : 6000),
};

const readEach: Workload<'wholeReader', Params, SingleSubject> = {
  ...shared,
  name: 'cold-whole-4k-64',
  title: 'Cold files of 4 KiB, whole, 64 in flight',
  order: 421,
  capability: 'wholeReader',
  fixture: (context) => coldFiles(context, dropCache),
  async measure(subject, { paths }, total) {
    dropCache(...paths);
    return drive(subject, total, inFlight);
  },
  async verify(subject) {
    await runOnce(subject, 0, 0);
  },
  floors: [{ over: 'fs-promises', atLeast: 2 }],
};

// The names and inodes are dropped as well, for which the process has to be root.
const statEach: Workload<'stater', Params, SingleSubject> = {
  ...shared,
  name: 'cold-stat-64',
  title: 'stat of files whose names are not cached, 64 in flight',
  order: 422,
  capability: 'stater',
  fixture: (context) => coldFiles(context, dropNames),
  async measure(subject, _params, total) {
    dropNames();
    return drive(subject, total, inFlight);
  },
  async verify(subject) {
    await runOnce(subject, 0, 0);
  },
  floors: [{ over: 'fs-promises', atLeast: 1 }],
};

export default [readMany, readEach, statEach];
