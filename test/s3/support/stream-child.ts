// Streams an object of so many bytes up and down again, and prints by how much the memory that it uses grew.
import { createHash } from 'node:crypto';

import { open } from 'uvfiles';
import { mount } from 'uvfiles/filesystem';
import { sdkStore, objectFiles } from 'uvfiles/s3';

import { inUse } from './in-use.js';
import { BUCKET, client, SERVERS } from './targets.js';

const bytes = Number(process.argv[2]);
const s3 = await client(SERVERS.ceph!);
mount('s3://bucket', objectFiles(sdkStore(s3, BUCKET), { prefix: `stream-${process.pid}` }));
const piece = Buffer.alloc(256 << 10);
/** How often memory is measured, in bytes of the stream. */
const STEP = 4 << 20;
let most = 0;
const measure = (at: number): void => {
  if (at % STEP === 0) most = Math.max(most, inUse());
};

async function write(path: string, size: number): Promise<string> {
  const hash = createHash('sha1');
  const file = await open(path, 'wb');
  for (let at = 0; at < size; at += piece.length) {
    piece.writeUInt32LE(at >>> 8, 0);
    hash.update(piece);
    await file.write(piece);
    measure(at);
  }
  await file.close();
  return hash.digest('hex');
}

async function read(path: string): Promise<string> {
  const hash = createHash('sha1');
  await using file = await open(path, 'rb');
  // Into memory that is kept: what read() returns is the program's garbage, not the library's.
  for (let at = 0; ;) {
    const count = await file.readinto(piece);
    if (count === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, count));
    measure((at += count));
  }
}

// What every program needs once, however much it streams.
await write('s3://bucket/warm', 1 << 20);
await read('s3://bucket/warm');
const before = inUse();
most = before;
const written = await write('s3://bucket/large', bytes);
const grewWriting = most - before;
most = before;
const same = written === (await read('s3://bucket/large'));
const { unlink } = (await import('uvfiles')).os;
await unlink('s3://bucket/large');
console.log(JSON.stringify({ same, grewWriting, grew: most - before }));
s3.destroy();
