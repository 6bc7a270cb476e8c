// uvfiles/promises beside node:fs/promises: the same calls with one import changed, and the inline path as it is by default.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { drive, runOnce } from '../harness/drive.js';
import { checkPattern, makeSmallFiles } from '../harness/fixtures.js';
import { cycle, randomPositions, slotBuffers } from '../harness/subjects.js';
import type { Floor, PromiseSubject, Workload } from '../harness/types.js';

type Functions = typeof promises;
type Compared<Params> = Workload<'promiseFunctions', Params, PromiseSubject>;
type Subject<Params> = (fs: Functions, params: Params) => PromiseSubject | Promise<PromiseSubject>;
type Head = Pick<Compared<never>, 'name' | 'title' | 'floors'>;

const size = 4096;
const isNode20 = Number.parseInt(process.versions.node, 10) < 22;

/** At least so many times the throughput of node:fs/promises, which takes longer per call in Node 20 than later. */
const floor = (node20: number, later = node20, reason?: string): Floor[] => [
  { over: 'fs-promises', atLeast: isNode20 ? node20 : later, ...(reason !== undefined && { reason }) },
];

const seePage = (reason: string): string => `${reason} (docs/promises.md)`;

/** A workload whose subjects are made of a set of promise functions. */
function compared<Params>({
  name,
  subject,
  inFlight = 1,
  ...rest
}: Head & Partial<Compared<Params>> & { subject: Subject<Params>; inFlight?: number }): Compared<Params> {
  return {
    name: `promises-${name}`,
    issue: 13,
    order: 300,
    inline: true,
    capability: 'promiseFunctions',
    baseline: 'fs-promises',
    contenders: ['fs-promises'],
    start: (contender, params) => subject(contender.promiseFunctions!({}), params),
    measure: (made, _params, total) => drive(made, total, inFlight),
    ...rest,
  };
}

const reads = (inFlight: number, floors: Floor[]): Compared<{ path: string; positions: Float64Array }> =>
  compared({
    name: `read-4k-${inFlight}`,
    title: `uvfiles/promises: FileHandle.read of 4 KiB, cached, ${inFlight} in flight`,
    inFlight,
    fixture({ fixtures, quick }) {
      const length = quick ? 4 << 20 : 64 << 20;
      return { path: fixtures.patterned(length), positions: randomPositions(length, size) };
    },
    async subject(fs, { path, positions }) {
      const handle = await fs.open(path);
      const buffers = slotBuffers(inFlight, size);
      const at = cycle(positions);
      return {
        style: 'promise',
        run: (index, slot) => handle.read(buffers[slot]!, 0, size, at(index)),
        close: () => handle.close(),
      };
    },
    async verify(made, { positions }) {
      for (let index = 0; index < 16; index++) {
        const { bytesRead, buffer } = (await runOnce(made, index, 0)) as {
          bytesRead: number;
          buffer: Buffer;
        };
        checkPattern(buffer.subarray(0, bytesRead), positions[index]!, size);
      }
    },
    floors,
  });

/** Calls on one small file after another. `check` throws when a result is wrong. */
function onSmallFiles<T>({
  run,
  check,
  ...rest
}: Head & {
  run: (fs: Functions, path: string) => Promise<T>;
  check: (result: T) => void;
}): Compared<{ paths: string[] }> {
  return compared({
    fixture: ({ fixtures, quick }) => fixtures.smallFiles(quick ? 20 : 256, size),
    subject: (fs, { paths }) => ({ style: 'promise', run: (index) => run(fs, paths[index % paths.length]!) }),
    async verify(made, { paths }) {
      for (let index = 0; index < Math.min(16, paths.length); index++)
        check((await runOnce(made, index, 0)) as T);
    },
    ...rest,
  });
}

/** What calls in a directory of their own work on: a file in it, and a name that is free. */
interface Place {
  readonly top: string;
  readonly path: string;
  readonly other: string;
}

function inFreshDirectory({
  run,
  check,
  ...rest
}: Head & {
  run: (fs: Functions, place: Place, index: number) => Promise<unknown>;
  check?: (place: Place) => void;
}): Compared<Place> {
  return compared({
    fixture({ fixtures }) {
      const top = fixtures.freshPath('promises');
      mkdirSync(top);
      return { top, path: join(top, 'file'), other: join(top, 'other') };
    },
    subject(fs, place) {
      writeFileSync(place.path, 'x');
      return { style: 'promise', run: (index) => run(fs, place, index) };
    },
    async verify(made, place) {
      await runOnce(made, 1, 0);
      check?.(place);
    },
    ...rest,
  });
}

interface Trees {
  readonly count: number;
  readonly source: string;
  fresh(): string;
}

/** Jobs on whole trees. `prepare` is not timed; `job` is. */
function onTrees({
  prepare,
  job,
  check,
  ...rest
}: Head & {
  prepare?: (path: string, trees: Trees) => void;
  job: (fs: Functions, path: string, trees: Trees) => Promise<unknown>;
  check: (path: string, trees: Trees) => void;
}): Compared<Trees> {
  return compared({
    fixture({ fixtures, quick }) {
      const count = quick ? 100 : 1000;
      const source = fixtures.once(`promises-tree-${count}`, (path) => {
        makeSmallFiles(path, count, size);
        symlinkSync('file-0', join(path, '0', 'link'));
      });
      return { count, source, fresh: () => fixtures.freshPath('promises-tree') };
    },
    fixedTotal: ({ quick }) => (quick ? 1 : 3),
    subject: (fs, trees) => ({
      style: 'promise',
      async run() {
        const path = trees.fresh();
        prepare?.(path, trees);
        const start = performance.now();
        await job(fs, path, trees);
        const took = performance.now() - start;
        check(path, trees);
        return took;
      },
    }),
    async measure(made, _trees, total) {
      let took = 0;
      for (let count = 0; count < total; count++) took += (await runOnce(made, count, 0)) as number;
      return { operations: total, nanoseconds: took * 1e6 };
    },
    ...rest,
  });
}

function expectEqual(found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found}, not ${expected}`);
}

const written = Buffer.alloc(size, 'written ');

/** The calls that the issue names. */
const asked = [
  reads(1, floor(6, 4)),
  reads(512, floor(4, 3)),
  onSmallFiles({
    name: 'readFile-4k',
    title: 'uvfiles/promises: readFile of 4 KiB, cached',
    run: (fs, path) => fs.readFile(path),
    check: (bytes) => {
      checkPattern(bytes, 0, size);
    },
    floors: floor(20, 3, seePage('the kernel takes 4.4 of the 5.5 us')),
  }),
  onSmallFiles({
    name: 'stat',
    title: 'uvfiles/promises: stat, cached',
    run: (fs, path) => fs.stat(path),
    check: (stats) => {
      expectEqual(stats.size, size);
    },
    floors: floor(8, 4, seePage('the kernel takes 3 of the 4 us')),
  }),
  inFreshDirectory({
    name: 'writeFile-4k',
    title: 'uvfiles/promises: writeFile of 4 KiB over a file',
    run: (fs, { path }) => fs.writeFile(path, written),
    check: ({ path }) => {
      expectEqual(readFileSync(path).compare(written), 0);
    },
    floors: floor(1.5, 1.2),
  }),
  compared<{ top: string }>({
    name: 'readdir-1000',
    title: 'uvfiles/promises: readdir of 1,000 names',
    fixture: ({ fixtures }) => ({
      top: fixtures.once('promises-readdir', (path) => {
        mkdirSync(path);
        for (let index = 0; index < 1000; index++) writeFileSync(join(path, `file-${index}`), '');
      }),
    }),
    subject: (fs, { top }) => ({ style: 'promise', run: () => fs.readdir(top) }),
    async verify(made) {
      expectEqual(((await runOnce(made, 0, 0)) as string[]).length, 1000);
    },
    floors: floor(1.5, 1.1, seePage('the kernel takes most of the time of both')),
  }),
  onTrees({
    name: 'cp-tree',
    title: 'uvfiles/promises: cp of a tree of 1,000 files',
    job: (fs, path, { source }) => fs.cp(source, path, { recursive: true }),
    check: (path, { count }) => {
      expectEqual(readdirSync(path, { recursive: true }).length, count + Math.ceil(count / 100) + 1);
    },
    floors: floor(2, 2, seePage('Node 26 uses one thread of two processors, and ext4 looks for free inodes')),
  }),
  onTrees({
    name: 'rm-tree',
    title: 'uvfiles/promises: rm of a tree of 1,000 files',
    prepare: (path, { count }) => {
      makeSmallFiles(path, count, 1);
    },
    job: (fs, path) => fs.rm(path, { recursive: true }),
    check: (path) => {
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) throw new Error(`${path} is there`);
    },
    floors: floor(1.5, 1.5, seePage('the kernel takes 6.5 ms on two processors, and Node 10.5 to 12 ms')),
  }),
];

type Call = (fs: Functions, place: Place, index: number) => Promise<unknown>;

/** Everything else that is called often: nothing may be slower than 0.95 of Node. */
const others: Record<string, Call> = {
  lstat: (fs, { path }) => fs.lstat(path),
  access: (fs, { path }) => fs.access(path),
  realpath: (fs, { path }) => fs.realpath(path),
  chmod: (fs, { path }) => fs.chmod(path, 0o644),
  utimes: (fs, { path }) => fs.utimes(path, 1, 2),
  truncate: (fs, { path }) => fs.truncate(path, 1),
  copyFile: (fs, { path, other }) => fs.copyFile(path, other),
  appendFile: (fs, { path }, index) => (index % 1000 === 0 ? fs.truncate(path) : fs.appendFile(path, 'x')),
  'readFile-utf8': (fs, { path }) => fs.readFile(path, 'utf8'),
  'readdir-types': (fs, { top }) => fs.readdir(top, { withFileTypes: true }),
  statfs: (fs, { top }) => fs.statfs(top),
  'open-close': async (fs, { path }) => (await fs.open(path)).close(),
  async 'open-write-close'(fs, { path }) {
    const handle = await fs.open(path, 'w');
    await handle.write(written);
    await handle.close();
  },
  async 'FileHandle-stat'(fs, { path }) {
    const handle = await fs.open(path);
    for (let count = 0; count < 10; count++) await handle.stat();
    await handle.close();
  },
  async 'mkdir-rmdir'(fs, { other }) {
    await fs.mkdir(`${other}-dir`);
    await fs.rmdir(`${other}-dir`);
  },
  async 'mkdir-recursive-rm'(fs, { top }) {
    await fs.mkdir(join(top, 'a/b'), { recursive: true });
    await fs.rm(join(top, 'a'), { recursive: true });
  },
  'mkdtemp-rm': async (fs, { top }) => fs.rm(await fs.mkdtemp(join(top, 'temporary-')), { recursive: true }),
  async 'writeFile-rename-rm'(fs, { other }) {
    await fs.writeFile(`${other}-new`, 'x');
    await fs.rename(`${other}-new`, `${other}-name`);
    await fs.rm(`${other}-name`);
  },
  async 'symlink-readlink-unlink'(fs, { top }) {
    const link = join(top, 'link');
    await fs.symlink('file', link);
    await fs.readlink(link);
    await fs.unlink(link);
  },
  async opendir(fs, { top }) {
    for await (const entry of await fs.opendir(top)) void entry;
  },
};

/** Calls that are passed to Node: the ratio is 1, apart from noise. */
const OF_NODE = ['utimes', 'truncate', 'copyFile', 'readdir-types', 'statfs', 'opendir'];

export default [
  ...asked,
  ...Object.entries(others).map(([name, run]) =>
    inFreshDirectory({
      name: `other-${name}`,
      title: `uvfiles/promises: ${name.replaceAll('-', ', ')}`,
      run,
      floors: floor(0.95, 0.95, OF_NODE.includes(name) ? seePage("it is Node's own function") : undefined),
    }),
  ),
];
