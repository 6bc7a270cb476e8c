// Typical work of tests with files in memory: a tree is created, its files are read, and all of it is compared. Other
// contenders use a tmpfs.
import { deepEqual } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { FileTreeParams, Workload } from '../harness/types.js';

const TMPFS = '/dev/shm';
const FILES_PER_DIRECTORY = 100;
const IN_FLIGHT = 64;

const memoryTree: Workload<'fileTree', FileTreeParams> = {
  name: 'memory-tree',
  title: 'A tree of 10,000 files of 100 bytes: made, each read, all compared',
  issue: 12,
  order: 125,
  capability: 'fileTree',
  baseline: 'uvfiles-tmpfs',
  requires: ['writeFile'],
  contenders: ['uvfiles-tmpfs', 'fs-sync'],
  rounds: 5,
  fixedTotal: ({ quick }) => (quick ? 200 : 10_000),
  fixture({ quick }) {
    if (!existsSync(TMPFS)) return { skip: `there is no tmpfs at ${TMPFS}` };
    const tree: Record<string, string> = {};
    for (let i = 0; i < (quick ? 200 : 10_000); i++)
      tree[`d${Math.floor(i / FILES_PER_DIRECTORY)}/f${i}`] = String(i).padEnd(100, '.');
    return { tree, top: mkdtempSync(`${TMPFS}/uvfiles-bench-`) };
  },
  async measure(subject, { tree }, total) {
    const names = Object.keys(tree);
    const start = performance.now();
    await subject.make();
    const left = names.values();
    const readers = Array.from({ length: IN_FLIGHT }, async () => {
      for (const name of left)
        if ((await subject.read(name)).length !== 100) throw new Error(`${name} is short`);
    });
    await Promise.all(readers);
    deepEqual({ ...(await subject.snapshot()) }, tree);
    const nanoseconds = (performance.now() - start) * 1e6;
    await subject.drop();
    return { operations: total, nanoseconds };
  },
  cleanup: ({ top }) => rmSync(top, { recursive: true, force: true }),
  floors: [
    { over: 'uvfiles-tmpfs', atLeast: 1 },
    { over: 'fs-sync', atLeast: 1 },
  ],
};

export default memoryTree;
