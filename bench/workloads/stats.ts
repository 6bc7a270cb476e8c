// One stat after another of files whose entries are cached.
import { drive, runOnce } from '../harness/drive.js';
import type { Workload } from '../harness/types.js';

const size = 4096;

function stats({
  inFlight,
  ...rest
}: { inFlight: number } & Omit<Workload<'stater'>, 'measure'>): Workload<'stater'> {
  return {
    capability: 'stater',
    baseline: 'fs-promises',
    contenders: ['fs-promises', 'fs-callback', 'fs-sync', 'bun', 'deno'],
    fixture: ({ fixtures, quick }) => fixtures.smallFiles(quick ? 20 : 256, size),
    measure: (subject, _params, total) => drive(subject, total, inFlight),
    async verify(subject, { paths }) {
      if (subject.style === 'whole') return;
      for (let index = 0; index < Math.min(16, paths.length); index++) {
        if (subject.sizeOf(await runOnce(subject, index, 0)) !== size)
          throw new Error('the size is not the size');
      }
    },
    ...rest,
  };
}

export default [
  stats({
    name: 'stat-1',
    title: 'Cached stat through the pool, 1 in flight',
    issue: 2,
    order: 25,
    requires: ['os.stat'],
    inFlight: 1,
    floors: [{ aheadOfPeers: true }],
  }),
  stats({
    name: 'stat-64',
    title: 'Cached stat through the pool, 64 in flight',
    issue: 2,
    order: 26,
    requires: ['os.stat'],
    inFlight: 64,
    floors: [{ aheadOfPeers: true }],
  }),
  stats({
    name: 'inline-stat-1',
    title: 'Cached stat, inline path, 1 in flight',
    issue: 6,
    order: 204,
    inline: true,
    requires: ['os.stat', 'configure'],
    inFlight: 1,
    floors: [
      { over: 'fs-promises', atLeast: 6 },
      { over: 'fs-sync', timeAtMost: 2 },
    ],
  }),
];
