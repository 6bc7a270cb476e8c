// Temporary files: created, written, closed and removed; and a tree removed.
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { drive } from '../harness/drive.js';
import { makeSmallFiles } from '../harness/fixtures.js';
import type { Workload } from '../harness/types.js';

const content = Buffer.alloc(1024, 'uvfiles ');

const newInodes =
  'ext4 without a journal searches for an inode that was not removed recently (docs/benchmarks.md)';

const tempFiles = (name: string, order: number, inFlight: number): Workload<'tempFiles'> => ({
  name,
  title: `2,000 named temporary files: create, write 1 KiB, close, remove; ${inFlight} in flight`,
  issue: 4,
  order,
  capability: 'tempFiles',
  baseline: 'fs-promises',
  requires: ['tempfile.namedTemporaryFile'],
  contenders: ['fs-promises', 'tmp-promise'],
  fixedTotal: ({ quick }) => (quick ? 50 : 2000),
  fixture: () => ({ content }),
  async measure(subject, _params, total) {
    let last: unknown;
    const run = async (index: number, slot: number) => (last = await subject.run(index, slot));
    const sample = await drive({ style: 'promise', run }, total, inFlight);
    if (typeof last !== 'string' || existsSync(last)) throw new Error(`${String(last)} is still there`);
    return sample;
  },
  floors: [
    { over: 'tmp-promise', atLeast: 2, reason: newInodes },
    { over: 'fs-promises', atLeast: 2, reason: newInodes },
  ],
});

const removeTree: Workload<'treeRemover', { source: string; copy: string }> = {
  name: 'remove-tree',
  title: 'Removing a tree of 5,000 files',
  issue: 4,
  order: 121,
  capability: 'treeRemover',
  baseline: 'fs-promises',
  requires: ['os.rmtree'],
  contenders: ['fs-promises', 'fs-extra', 'rm', 'bare-unlink', 'bare-unlink-4'],
  rounds: 5,
  warmUp: false,
  fixedTotal: ({ quick }) => (quick ? 200 : 5000),
  fixture: ({ fixtures, quick }) => {
    const source = fixtures.once('tree-to-remove', (path) => makeSmallFiles(path, quick ? 200 : 5000, 16));
    return { source, copy: fixtures.freshPath('tree') };
  },
  async measure(subject, { source, copy }, total) {
    cpSync(source, copy, { recursive: true });
    readdirSync(copy, { recursive: true });
    const start = performance.now();
    await subject.remove(copy);
    const nanoseconds = (performance.now() - start) * 1e6;
    if (existsSync(copy)) throw new Error('the tree is still there');
    return { operations: total, nanoseconds };
  },
  cleanup: ({ copy }) => rmSync(copy, { recursive: true, force: true }),
  floors: [
    {
      over: 'fs-promises',
      atLeast: 2,
      reason: 'a disk that discards at each removal is faster with more threads (docs/benchmarks.md)',
    },
    { over: 'rm', timeAtMost: 1.5 },
  ],
};

export default [
  tempFiles('temp-files', 120, 16),
  tempFiles('temp-files-1', 120.1, 1),
  tempFiles('temp-files-256', 120.2, 256),
  removeTree,
];
