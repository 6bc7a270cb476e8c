// A text file line by line, and a large text file at once, with the library as users get it: inline path on.
import { measureJob, type JobParams } from '../harness/jobs.js';
import type { Workload } from '../harness/types.js';

const lineBytes = 50;

type Lines = Workload<'lineCounter', JobParams & { path: string; batch: boolean }>;

function lines({ batch = false, ...rest }: { batch?: boolean } & Omit<Lines, 'issue' | 'measure'>): Lines {
  return {
    issue: 3,
    inline: true,
    capability: 'lineCounter',
    baseline: 'fs-promises',
    requires: ['TextFile.prototype.lines'],
    fixedTotal: () => 1,
    rounds: 5,
    fixture({ fixtures, quick }) {
      const { path, count } = fixtures.lines((quick ? 100_000 : 100e6) / lineBytes);
      return { path, batch, expected: count, operations: count };
    },
    measure: measureJob(),
    ...rest,
  };
}

const readText: Workload<'textReader', JobParams & { path: string }> = {
  name: 'read-text',
  title: '100 MB of ASCII as one string, up to its first charCodeAt',
  issue: 3,
  inline: true,
  order: 102,
  capability: 'textReader',
  baseline: 'fs-promises',
  contenders: ['fs-promises', 'fs-callback'],
  requires: ['readText'],
  rounds: 5,
  fixedTotal: () => 1,
  fixture({ fixtures, quick }) {
    const { path, count } = fixtures.lines((quick ? 100_000 : 100e6) / lineBytes);
    return { path, expected: count * lineBytes };
  },
  measure: measureJob({
    stalls: true,
    touch: (text: string) => text.charCodeAt(text.length - 1),
    resultOf: (text) => text.length,
  }),
  floors: [
    { over: 'fs-promises', atLeast: 1.3 },
    { value: 'stallMs', over: 'fs-promises', atMost: 1, text: 'longest stall no longer than fs.promises' },
  ],
};

export default [
  lines({
    name: 'lines',
    title: 'Lines of a 100 MB file, for await (const line of file)',
    order: 100,
    contenders: ['fs-promises', 'python-aiofiles', 'python-anyio'],
    floors: [
      { over: 'fs-promises', atLeast: 2 },
      { over: 'python-aiofiles', atLeast: 100 },
    ],
  }),
  lines({
    name: 'lines-batch',
    title: 'Lines of a 100 MB file, lines({ batch: 1024 }) compared with one at a time',
    order: 101,
    batch: true,
    baseline: 'uvfiles-single',
    contenders: ['uvfiles-single', 'fs-promises'],
    floors: [
      { over: 'uvfiles-single', atLeast: 1.5 },
      { over: 'fs-promises', atLeast: 3.5 },
    ],
  }),
  readText,
];
