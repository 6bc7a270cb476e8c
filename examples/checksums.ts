// Computes the SHA-256 checksum of every file below a directory, and shows the progress: npx tsx examples/checksums.ts DIRECTORY
// Shows walk with stats, reads in a separate lane that does not delay other work, and a read loop with one buffer.
import { createHash } from 'node:crypto';
import { createLane, open, os } from 'uvfiles';

const top = process.argv[2] ?? '.';
const lane = createLane({ name: 'checksums', priority: 'low', concurrency: 2, inline: false });
const AT_ONCE = 4;

interface Found {
  path: string;
  size: number;
}

const found: Found[] = [];
for await (const [directory, , names, stats] of os.walk(top, { stat: true })) {
  for (const name of names) {
    const status = stats.get(name);
    if (status?.isFile() === true) found.push({ path: `${directory}/${name}`, size: status.size });
  }
}
const total = found.reduce((sum, { size }) => sum + size, 0);

let done = 0;
function progress(bytes: number): void {
  done += bytes;
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${total === 0 ? 100 : Math.floor((100 * done) / total)} %`);
}

async function checksum({ path }: Found, buffer: Buffer): Promise<string> {
  await using file = await open(path, 'rb', { buffering: 0, lane });
  const hash = createHash('sha256');
  for (;;) {
    const count = await file.readinto(buffer, { lane });
    if (count === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, count));
    progress(count);
  }
}

const results = new Map<string, string>();
const queue = found.values();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    const buffer = Buffer.alloc(256 * 1024);
    for (const file of queue) results.set(file.path, await checksum(file, buffer));
  }),
);
if (process.stderr.isTTY) process.stderr.write('\r');
for (const [path, hash] of [...results].sort()) console.log(`${hash}  ${path}`);
