// A large file copied, and small files replaced atomically.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Workload } from '../harness/types.js';

const data = Buffer.alloc(4096, 'replaced ');

type AtomicWrites = Workload<'atomicWriter', { data: Buffer; durable: boolean; path: string }>;

function atomicWrites({
  durable,
  ...rest
}: { durable: boolean } & Omit<AtomicWrites, 'issue' | 'measure'>): AtomicWrites {
  return {
    issue: 5,
    capability: 'atomicWriter',
    baseline: 'write-file-atomic',
    requires: ['writeAtomic'],
    mostOperations: durable ? 200 : 5000,
    firstOperations: 20,
    fixture: ({ fixtures }) => ({ data, durable, path: fixtures.freshPath('atomic') }),
    async measure(subject, { path }, total) {
      const start = performance.now();
      for (let count = 0; count < total; count++) await subject.write(path);
      const nanoseconds = (performance.now() - start) * 1e6;
      if (!readFileSync(path).equals(data)) throw new Error('the file holds other bytes');
      return { operations: total, nanoseconds };
    },
    ...rest,
  };
}

const copyOfOneGigabyte: Workload<'copier', { source: string; copy: string; hash: string }> = {
  name: 'copy-1g',
  title: 'A copy of 1 GB',
  issue: 5,
  order: 143,
  capability: 'copier',
  baseline: 'cp',
  requires: ['os.copy'],
  contenders: ['cp', 'fs-promises'],
  rounds: 5,
  warmUp: false,
  fixedTotal: () => 1,
  fixture: ({ fixtures, quick }) => {
    const source = fixtures.patterned(quick ? 4 << 20 : 1 << 30);
    return { source, copy: fixtures.freshPath('copy'), hash: hashOf(source) };
  },
  async measure(subject, { source, copy, hash }) {
    // Waits until nothing of the previous round is being written.
    spawnSync('sync');
    const start = performance.now();
    await subject.copy(source, copy);
    const nanoseconds = (performance.now() - start) * 1e6;
    if (hashOf(copy) !== hash) throw new Error('the copy holds other bytes');
    rmSync(copy);
    return { operations: 1, nanoseconds };
  },
  floors: [{ over: 'cp', timeAtMost: 1 }],
};

const copyOfTree: Workload<'treeCopier', { source: string; copy: string; count: number }> = {
  name: 'copy-tree',
  title: 'A copy of a tree of 5,000 files of 4 KiB',
  issue: 17,
  order: 143.5,
  capability: 'treeCopier',
  baseline: 'fs-promises',
  requires: ['os.copytree'],
  rounds: 5,
  warmUp: false,
  fixedTotal: ({ quick }) => (quick ? 200 : 5000),
  fixture: ({ fixtures, quick }) => {
    const count = quick ? 200 : 5000;
    return { count, source: fixtures.smallFiles(count, 4096).top, copy: fixtures.freshPath('copied-tree') };
  },
  async measure(subject, { source, copy, count }) {
    spawnSync('sync');
    const start = performance.now();
    await subject.copy(source, copy);
    const nanoseconds = (performance.now() - start) * 1e6;
    const copied = readdirSync(copy, { recursive: true, withFileTypes: true });
    const files = copied.filter((entry) => entry.isFile()).length;
    rmSync(copy, { recursive: true });
    if (files !== count) throw new Error(`${files} files were copied, not ${count}`);
    return { operations: count, nanoseconds };
  },
  floors: [{ over: 'fs-promises', atLeast: 1 }],
};

export default [
  copyOfOneGigabyte,
  copyOfTree,
  atomicWrites({
    name: 'write-atomic',
    title: 'A 4 KiB file replaced atomically, not durably',
    order: 144,
    durable: false,
    floors: [{ over: 'write-file-atomic', atLeast: 2 }],
  }),
  atomicWrites({
    name: 'write-atomic-durable',
    title: 'A 4 KiB file replaced atomically and durably (uvfiles also syncs the directory)',
    order: 145,
    durable: true,
  }),
];

function hashOf(path: string): string {
  return createHash('sha1').update(readFileSync(path)).digest('hex');
}
