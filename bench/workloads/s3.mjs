// Objects on a local Ceph against the bare SDK: lines of a large object, and random reads of one.
import { drive, runOnce } from '../harness/drive.mjs';
import { checkPattern, patternAt } from '../harness/fixtures.mjs';
import { randomPositions } from '../harness/subjects.mjs';
import { bucket, connect, skipped } from '../support/s3.mjs';

const piece = 64 << 10;

function pattern(bytes) {
  const content = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at += 4) content.writeUInt32LE(patternAt(at), at);
  return content;
}

async function store(key, Body) {
  const { client, sdk } = await connect();
  await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body }));
}

async function remove({ key }) {
  if (key === undefined) return;
  const { client, sdk } = await connect();
  await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

const line = 'the quick brown fox jumps over the lazy dog, 0123456789, and goes on for a while\n';

export default [
  {
    name: 's3-read-64k-32',
    title: 'Random reads of 64 KiB from one object on Ceph, 32 in flight',
    issue: 14,
    order: 90,
    capability: 's3Reader',
    baseline: 'aws-sdk',
    fixture: async ({ quick }) => {
      if ((await connect()) === undefined) return skipped;
      const length = quick ? 4 << 20 : 64 << 20;
      await store('random', pattern(length));
      return { key: 'random', size: piece, positions: randomPositions(length, piece) };
    },
    fixedTotal: ({ quick }) => (quick ? 50 : 1000),
    measure: (subject, params, total) => drive(subject, total, 32),
    async verify(subject, { size, positions }) {
      for (let index = 0; index < 4; index++)
        checkPattern(subject.bytesOf(await runOnce(subject, index, 0)), positions[index], size);
    },
    cleanup: remove,
    floors: [
      { of: 'uvfiles-s3', over: 'aws-sdk', atLeast: 0.9 },
      { of: 'uvfiles-s3', over: 'aws-sdk', cpuAtMost: 1.15 },
    ],
  },
  {
    name: 's3-lines',
    title: 'Lines of one large object on Ceph (the SDK: its stream through readline)',
    issue: 14,
    order: 91,
    capability: 's3Lines',
    baseline: 'aws-sdk',
    fixture: async ({ quick }) => {
      if ((await connect()) === undefined) return skipped;
      const lines = Math.floor((quick ? 4 << 20 : 256 << 20) / line.length);
      await store('lines', Buffer.from(line.repeat(lines)));
      return { key: 'lines', lines };
    },
    fixedTotal: () => 1,
    warmUp: false,
    rounds: 3,
    measure: (subject, params, total) => drive(subject, total, 1),
    async verify(subject, { lines }) {
      const counted = await subject.run();
      if (counted !== lines) throw new Error(`${counted} lines instead of ${lines}`);
    },
    cleanup: remove,
    floors: [{ of: 'uvfiles-s3', over: 'aws-sdk', atLeast: 0.9 }],
  },
];
