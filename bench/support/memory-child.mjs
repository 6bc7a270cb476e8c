// Counts what queued reads cost in memory, and whether memory grows over very many of them. Run with --expose-gc.
import { answer } from '../harness/child.mjs';
import { drive } from '../harness/drive.mjs';
import { setInline } from '../harness/library.mjs';
import { loadNative } from '../native/load.mjs';
import { holdPool } from './hold-pool.mjs';
import { contenderByName } from './contender-by-name.mjs';

answer(async ({ contender: name, job, ...task }) => {
  const contender = await contenderByName(name);
  if (contender.kind === 'ours') setInline(false);
  return job === 'queued' ? queuedReads(contender, task) : manyReads(contender, task);
});

// The pool is held until memory has been looked at, so that nothing has been read and no library buffer exists yet;
// the others read into memory that was there before. What is counted is the waiting alone.
async function queuedReads(contender, { path, fifo, size, positions, count }) {
  const { heapBytes } = loadNative();
  const subject = await contender.randomReader(params({ path, size, positions, slots: count }));
  await drive(subject, Math.min(count, 5000), 64);
  const pending = new Array(count).fill(null);
  await settle();
  const release = holdPool(fifo);
  const before = look(heapBytes);
  for (let index = 0; index < count; index++) pending[index] = begin(subject, index);
  globalThis.gc();
  const after = look(heapBytes);
  release();
  await Promise.all(pending);
  await subject.close();
  const each = (key) => (after[key] - before[key]) / count;
  const native = before.malloc < 0 ? each('rss') - each('heap') : each('malloc');
  return { bytesEach: each('heap') + native, heapEach: each('heap'), rssEach: each('rss') };
}

// A callback needs something that waits for it: one promise, as the others return.
function begin(subject, index) {
  if (subject.style === 'promise') return subject.run(index, index);
  return new Promise((resolve, reject) => {
    subject.run(index, index, (error) => (error ? reject(error) : resolve()));
  });
}

async function manyReads(contender, { path, size, positions, total, inFlight }) {
  const subject = await contender.randomReader(params({ path, size, positions, slots: inFlight }));
  await inBlocks(subject, total / 10, inFlight);
  const early = process.memoryUsage.rss();
  await inBlocks(subject, (total * 9) / 10, inFlight);
  const late = process.memoryUsage.rss();
  await subject.close();
  return {
    bytesARead: (late - early) / (total * 0.9),
    growthMiB: (late - early) / 2 ** 20,
    rssMiB: late / 2 ** 20,
  };
}

// The latencies that `drive` collects are memory as well: they are dropped after each block.
async function inBlocks(subject, total, inFlight) {
  for (let done = 0; done < total; done += 100_000)
    await drive(subject, Math.min(100_000, total - done), inFlight);
  await settle();
}

function params(task) {
  return { ...task, positions: Float64Array.from(task.positions) };
}

function look(heapBytes) {
  return { heap: process.memoryUsage().heapUsed, malloc: heapBytes(), rss: process.memoryUsage.rss() };
}

async function settle() {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc();
  }
}
