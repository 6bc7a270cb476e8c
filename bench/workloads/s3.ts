// Objects on a local Ceph against the bare SDK: lines of a large object, random reads of one, and trees of small ones.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { drive, runOnce } from '../harness/drive.js';
import { checkPattern, patternAt } from '../harness/fixtures.js';
import { randomPositions } from '../harness/subjects.js';
import type { TreeCopyParams, Workload } from '../harness/types.js';
import { bucket, connect, connected, isAsked, skipped } from '../support/s3.js';

const piece = 64 << 10;

function pattern(bytes: number): Buffer {
  const content = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at += 4) content.writeUInt32LE(patternAt(at), at);
  return content;
}

async function store(key: string, Body: Buffer): Promise<void> {
  const { client, sdk } = await connected();
  await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body }));
}

async function fetched(key: string): Promise<Buffer> {
  const { client, sdk } = await connected();
  const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
}

async function remove({ key }: { key: string }): Promise<void> {
  const { client, sdk } = await connected();
  await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

async function inFlight(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const rest = names.values();
  const worker = async (): Promise<void> => {
    for (const name of rest) await work(name);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

const busyClient =
  'a local server leaves no latency to hide: the SDK computes for most of the time of each request, in one thread. ' +
  'aws-sdk-32 is the most that this client does. See "Limits" in docs/s3.md';

const line = 'the quick brown fox jumps over the lazy dog, 0123456789, and goes on for a while\n';

/** A tree of small files, copied to the bucket (`up`) or from it (`down`). */
const treeCopy = (
  direction: 'up' | 'down',
  order: number,
  title: string,
): Workload<'s3TreeCopy', TreeCopyParams> => ({
  name: `s3-copytree-${direction}`,
  title,
  issue: 14,
  order,
  // As programs have it: the side of the disk is cached.
  inline: true,
  capability: 's3TreeCopy',
  baseline: 'aws-sdk',
  fixture: async (context) => {
    if ((await connect({ start: isAsked(context) })) === undefined) return skipped;
    const { fixtures, quick } = context;
    const { top, paths } = fixtures.smallFiles(quick ? 40 : 2000, 4096);
    const names = paths.map((each) => path.relative(top, each));
    const params = { top, names, upTo: `tree-${direction}`, downTo: fixtures.freshPath('down') };
    if (direction === 'down')
      await inFlight(names, (name) => store(`${params.upTo}/${name}`, readFileSync(path.join(top, name))));
    return params;
  },
  fixedTotal: () => 1,
  rounds: 5,
  // The copy is looked at here, and not by `verify`, which would have to copy the tree once more after each round.
  async measure(subject, { top, names, upTo, downTo }) {
    const started = performance.now();
    const cpu = process.cpuUsage();
    await subject[direction]();
    const { user, system } = process.cpuUsage(cpu);
    const nanoseconds = (performance.now() - started) * 1e6;
    const name = names.at(-1)!;
    const bytes =
      direction === 'up' ? await fetched(`${upTo}/${name}`) : readFileSync(path.join(downTo, name));
    if (!readFileSync(path.join(top, name)).equals(bytes)) throw new Error(`${name} differs`);
    // Files that are left must not make the next contender's copy look correct.
    if (direction === 'up') await remove({ key: `${upTo}/${name}` });
    else rmSync(path.join(downTo, name));
    const operations = subject.files ?? names.length;
    return { operations, nanoseconds, cpuUs: (user + system) / operations };
  },
  cleanup: ({ upTo, names }) => inFlight(names, (name) => remove({ key: `${upTo}/${name}` })),
  floors: [
    { of: 'uvfiles-s3', over: 'aws-sdk', atLeast: 3, reason: busyClient },
    { of: 'uvfiles-s3', over: 'aws-sdk-32', atLeast: 0.95 },
    { of: 'uvfiles-s3', over: 'aws-sdk-32', cpuAtMost: 1.15 },
  ],
});

const randomReads: Workload<'s3Reader'> = {
  name: 's3-read-64k-32',
  title: 'Random reads of 64 KiB from one object on Ceph, 32 in flight',
  issue: 14,
  order: 90,
  capability: 's3Reader',
  baseline: 'aws-sdk',
  fixture: async (context) => {
    const { quick } = context;
    if ((await connect({ start: isAsked(context) })) === undefined) return skipped;
    const length = quick ? 4 << 20 : 64 << 20;
    await store('random', pattern(length));
    return { key: 'random', size: piece, positions: randomPositions(length, piece) };
  },
  fixedTotal: ({ quick }) => (quick ? 50 : 1000),
  measure: (subject, _params, total) => drive(subject, total, 32),
  async verify(subject, { size, positions }) {
    for (let index = 0; index < 4; index++)
      checkPattern(subject.bytesOf(await runOnce(subject, index, 0), 0), positions[index]!, size);
  },
  cleanup: remove,
  floors: [
    { of: 'uvfiles-s3', over: 'aws-sdk', atLeast: 0.9 },
    { of: 'uvfiles-s3', over: 'aws-sdk', cpuAtMost: 1.15 },
  ],
};

const linesOfObject: Workload<'s3Lines', { key: string; lines: number }> = {
  name: 's3-lines',
  title: 'Lines of one large object on Ceph (the SDK: its stream through readline)',
  issue: 14,
  order: 91,
  capability: 's3Lines',
  baseline: 'aws-sdk',
  fixture: async (context) => {
    const { quick } = context;
    if ((await connect({ start: isAsked(context) })) === undefined) return skipped;
    const lines = Math.floor((quick ? 4 << 20 : 256 << 20) / line.length);
    await store('lines', Buffer.from(line.repeat(lines)));
    return { key: 'lines', lines };
  },
  fixedTotal: () => 1,
  rounds: 7,
  // The lines are counted here, and not by `verify`, which would have to read the object once more after each round.
  async measure(subject, { lines }) {
    const started = performance.now();
    const counted = await subject.run(0, 0);
    const nanoseconds = (performance.now() - started) * 1e6;
    if (counted !== lines) throw new Error(`${String(counted)} lines instead of ${lines}`);
    return { operations: 1, nanoseconds };
  },
  cleanup: remove,
  floors: [{ of: 'uvfiles-s3', over: 'aws-sdk', atLeast: 0.9 }],
};

export default [
  randomReads,
  linesOfObject,
  treeCopy('up', 92, '2,000 files of 4 KiB from the disk to Ceph (the SDK: 200, one after another)'),
  treeCopy('down', 93, '2,000 files of 4 KiB from Ceph to the disk (the SDK: 200, one after another)'),
];
