// Counts what queued reads cost in memory, and whether memory grows over very many of them. Run with --expose-gc.
import { answer } from '../harness/child.js';
import { drive } from '../harness/drive.js';
import { setInline } from '../harness/library.js';
import { loadNative } from '../native/load.js';
import { holdPool } from './hold-pool.js';
import { contenderByName } from './contender-by-name.js';
import type { Contender, ReadParams, ReadSubject, SingleSubject } from '../harness/types.js';

/** What bench/workloads/memory.ts asks for. */
export interface MemoryTask {
  readonly contender: string;
  readonly job: 'queued' | 'many';
  readonly path: string;
  readonly fifo: string;
  readonly size: number;
  readonly positions: readonly number[];
  readonly count: number;
  readonly inFlight: number;
}

const collect = globalThis.gc!;

answer(async (task: MemoryTask) => {
  const contender = await contenderByName(task.contender);
  if (contender.kind === 'ours') setInline(false);
  return task.job === 'queued' ? queuedReads(contender, task) : manyReads(contender, task);
});

// The pool is held until memory has been looked at, so that nothing has been read and no library buffer exists yet; the others
// read into memory that was there before. Only the memory of waiting requests is counted.
async function queuedReads(contender: Contender, task: MemoryTask): Promise<Record<string, number>> {
  const { fifo, count } = task;
  const { heapBytes } = loadNative();
  const subject = await readerOf(contender, params(task, count));
  await drive(subject, Math.min(count, 5000), 64);
  const pending = new Array<unknown>(count).fill(null);
  await settle();
  const release = holdPool(fifo);
  const before = look(heapBytes);
  for (let index = 0; index < count; index++) pending[index] = begin(subject, index);
  collect();
  const after = look(heapBytes);
  release();
  await Promise.all(pending);
  await subject.close?.();
  const each = (key: 'heap' | 'malloc' | 'rss'): number => (after[key] - before[key]) / count;
  const native = before.malloc < 0 ? each('rss') - each('heap') : each('malloc');
  return { bytesEach: each('heap') + native, heapEach: each('heap'), rssEach: each('rss') };
}

// A callback needs something that waits for it: one promise, as the others return.
function begin(subject: SingleSubject, index: number): unknown {
  if (subject.style !== 'callback') return subject.run(index, index);
  return new Promise<void>((resolve, reject) => {
    subject.run(index, index, (error) => (error ? reject(error) : resolve()));
  });
}

async function readerOf(contender: Contender, of: ReadParams): Promise<SingleSubject> {
  const subject: ReadSubject | undefined = await contender.randomReader?.(of);
  if (subject === undefined || subject.style === 'whole')
    throw new TypeError(`${contender.name} gives no reads`);
  return subject;
}

async function manyReads(contender: Contender, task: MemoryTask): Promise<Record<string, number>> {
  const { count: total, inFlight } = task;
  const subject = await readerOf(contender, params(task, inFlight));
  await inBlocks(subject, total / 10, inFlight);
  const early = process.memoryUsage.rss();
  await inBlocks(subject, (total * 9) / 10, inFlight);
  const late = process.memoryUsage.rss();
  await subject.close?.();
  return {
    bytesARead: (late - early) / (total * 0.9),
    growthMiB: (late - early) / 2 ** 20,
    rssMiB: late / 2 ** 20,
  };
}

// The latencies that `drive` collects are memory as well: they are dropped after each block.
async function inBlocks(subject: SingleSubject, total: number, inFlight: number): Promise<void> {
  for (let done = 0; done < total; done += 100_000)
    await drive(subject, Math.min(100_000, total - done), inFlight);
  await settle();
}

function params({ path, size, positions }: MemoryTask, slots: number): ReadParams {
  return { path, size, slots, positions: Float64Array.from(positions) };
}

function look(heapBytes: () => number) {
  return { heap: process.memoryUsage().heapUsed, malloc: heapBytes(), rss: process.memoryUsage.rss() };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collect();
  }
}
