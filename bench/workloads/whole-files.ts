// Small files read whole: open, fstat, read to the end and close, which is one operation here and four hops elsewhere.
import { drive, runOnce } from '../harness/drive.js';
import { checkPattern } from '../harness/fixtures.js';
import { threadPools } from '../support/thread-pool-contender.js';
import type { Floor, Workload } from '../harness/types.js';

const size = 4096;

/** A workload that reads cached files of a size whole, so many at a time; the inline-path figures use it as well. */
export function wholeFiles({
  inFlight,
  bytes = size,
  files = 256,
  ...rest
}: { inFlight: number; bytes?: number; files?: number } & Omit<
  Workload<'wholeReader'>,
  'measure'
>): Workload<'wholeReader'> {
  return {
    capability: 'wholeReader',
    baseline: 'fs-promises',
    requires: ['readBytes'],
    fixture: ({ fixtures, quick }) => fixtures.smallFiles(quick ? Math.min(files, 20) : files, bytes),
    measure: (subject, _params, total) => drive(subject, total, inFlight),
    async verify(subject, { paths }) {
      if (subject.style === 'whole') return;
      for (let index = 0; index < Math.min(16, paths.length); index++) {
        checkPattern(subject.bytesOf(await runOnce(subject, index, 0), 0), 0, bytes);
      }
    },
    ...rest,
  };
}

const throughPool = ({
  inFlight,
  order,
  floors,
}: {
  inFlight: number;
  order: number;
  floors: readonly Floor[];
}) =>
  wholeFiles({
    name: `whole-4k-${inFlight}`,
    title: `Whole 4 KiB files through the pool, ${inFlight} in flight`,
    issue: 2,
    order,
    inFlight,
    contenders: ['fs-promises', 'fs-callback', 'graceful-fs', ...threadPools, 'bun', 'deno'],
    floors: [
      ...floors,
      { aheadOfPeers: true, reason: 'Bun makes its promises without Node-API (docs/benchmarks.md)' },
    ],
  });

export default [
  throughPool({ inFlight: 1, order: 20, floors: [{ over: 'fs-promises', atLeast: 2.5 }] }),
  throughPool({ inFlight: 64, order: 21, floors: [{ over: 'fs-promises', atLeast: 4 }] }),
];
