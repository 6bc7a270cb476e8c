// Many files at once: stats, walks and reads of whole trees.
import { readdirSync } from 'node:fs';
import { measureJob, type JobParams } from '../harness/jobs.js';
import type { Capability, Context, PathsParams, SingleSubject, Workload } from '../harness/types.js';

const size = 4096;

const job = <C extends Capability, P extends JobParams>(
  rest: Omit<Workload<C, P, SingleSubject>, 'issue' | 'measure'>,
): Workload<C, P, SingleSubject> => ({
  issue: 5,
  baseline: 'fs-promises',
  rounds: 5,
  fixedTotal: () => 1,
  measure: measureJob({ forMs: 500 }),
  ...rest,
});

const tenThousand = (expected: (paths: readonly string[]) => number) => ({
  fixture: ({ fixtures, quick }: Context): PathsParams & JobParams & { top: string } => {
    const { top, paths } = fixtures.smallFiles(quick ? 200 : 10_000, size);
    return { top, paths, operations: paths.length, expected: expected(paths) };
  },
});

export default [
  job({
    name: 'stat-many',
    title: 'Stats of 10,000 files',
    order: 140,
    capability: 'manyStats',
    requires: ['statMany'],
    ...tenThousand((paths) => paths.length * size),
    floors: [{ over: 'fs-promises', atLeast: 5 }],
  }),
  job({
    name: 'walk',
    title: 'A walk over 100,000 entries',
    order: 141,
    capability: 'treeWalker',
    requires: ['os.walk'],
    contenders: ['fs-promises', 'fdir', 'fs-sync'],
    fixture: ({ fixtures, quick }) => {
      const { top } = fixtures.smallFiles(quick ? 200 : 99_000, 1);
      const expected = readdirSync(top, { recursive: true }).length;
      return { top, operations: expected, expected };
    },
    floors: [
      { over: 'fdir', atLeast: 1.5 },
      { over: 'fs-promises', atLeast: 3 },
    ],
  }),
  job({
    name: 'glob',
    title: 'A glob over 100,000 entries (**/*9)',
    order: 141.5,
    capability: 'globber',
    baseline: 'tinyglobby',
    requires: ['os.glob'],
    fixture: ({ fixtures, quick }) => {
      const { top, paths } = fixtures.smallFiles(quick ? 200 : 99_000, 1);
      const expected = paths.filter((path) => path.endsWith('9')).length;
      return { top, pattern: '**/file-*9', operations: paths.length, expected };
    },
    floors: [{ over: 'tinyglobby', atLeast: 1 }],
  }),
  job({
    name: 'read-many',
    title: '10,000 files of 4 KiB read whole',
    order: 142,
    capability: 'manyReads',
    requires: ['readMany'],
    contenders: ['fs-promises', 'fs-callback', 'graceful-fs', 'fs-sync'],
    ...tenThousand((paths) => paths.length * size),
    floors: [
      { over: 'fs-promises', atLeast: 3 },
      { over: 'fs-callback', atLeast: 3 },
    ],
  }),
];
