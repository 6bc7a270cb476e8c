// Small calls on one file, each awaited before the next: typical of programs that are ported from Python's aiofiles.
import { measureJob, type JobParams } from '../harness/jobs.js';
import type { SmallCallsParams, Workload } from '../harness/types.js';

const size = 64;

type SmallCalls = Workload<'smallCalls', SmallCallsParams & JobParams>;

function smallCalls(
  what: SmallCallsParams['what'],
  rest: Pick<SmallCalls, 'name' | 'title' | 'order'>,
): SmallCalls {
  return {
    issue: 3,
    inline: true,
    capability: 'smallCalls',
    baseline: 'fs-promises',
    contenders: ['fs-promises', 'python-aiofiles', 'python-anyio'],
    requires: ['open'],
    rounds: 5,
    fixedTotal: () => 1,
    fixture({ fixtures, quick }) {
      const count = quick ? 1000 : 100_000;
      const path = what === 'write' ? fixtures.freshPath('small') : fixtures.patterned(count * size);
      return { what, path, size, count, expected: count * size, operations: count };
    },
    measure: measureJob(),
    floors: [{ over: 'python-aiofiles', atLeast: 100 }],
    ...rest,
  };
}

export default [
  smallCalls('read', {
    name: 'small-reads',
    title: 'A file read 64 bytes at a time, each awaited',
    order: 103,
  }),
  smallCalls('write', {
    name: 'small-writes-text',
    title: 'A text file written 64 characters at a time, each awaited',
    order: 104,
  }),
];
