// A worker of the ring: takes requests until it is told to stop, and sleeps on a futex while there are none.
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { pathBytes, word, type Ring } from './ring.js';

const { words, requests, answers, positions, pathLengths, counts, paths, data, size, fd } =
  workerData as Ring;
const mask = requests.length - 1;

while (Atomics.load(words, word.stopped) === 0) {
  const taken = Atomics.load(words, word.taken);
  const requested = Atomics.load(words, word.requested);
  // Read before it is taken, because the main thread may reuse the place afterwards.
  const slot = Atomics.load(requests, taken & mask);
  if (taken === requested) Atomics.wait(words, word.requested, requested, 1000);
  else if (Atomics.compareExchange(words, word.taken, taken, taken + 1) === taken) answer(slot);
}

function answer(slot: number): void {
  counts[slot] = read(slot);
  const at = Atomics.add(words, word.answered, 1);
  Atomics.store(answers, at & mask, slot + 1);
  // One message for all answers that the main thread has not seen yet.
  if (Atomics.exchange(words, word.announced, 1) === 0) parentPort!.postMessage(0);
}

function read(slot: number): number {
  const memory = data.subarray(slot * size, (slot + 1) * size);
  const length = pathLengths[slot]!;
  try {
    if (length === 0) return readSync(fd, memory, 0, size, positions[slot]!);
    return readWhole(Buffer.from(paths.slice(slot * pathBytes, slot * pathBytes + length)), memory);
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -1;
  }
}

function readWhole(path: Buffer, memory: Uint8Array): number {
  const file = openSync(path, 'r');
  try {
    let count = 0;
    for (let got = 1; got > 0 && count < size; count += got)
      got = readSync(file, memory, count, size - count, null);
    return count;
  } finally {
    closeSync(file);
  }
}
