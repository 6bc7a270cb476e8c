// Plain worker_threads with rings of requests and answers in shared memory: the best that can be done by hand in JavaScript.
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { poolSize } from '../harness/header.js';
import { cycle } from '../harness/subjects.js';
import { compiledWorker } from '../support/compiled-worker.js';
import { makeRing, pathBytes, word, type Ring } from '../support/ring.js';
import type { Contender } from '../harness/types.js';

const largestFile = 1 << 20;
const slotsOfWholeFiles = 64;

const contender: Contender = {
  name: 'shared-ring',
  title: 'worker_threads with a shared ring',
  kind: 'peer',
  order: 52,

  async randomReader({ path, size, positions, slots }) {
    const fd = openSync(path, 'r');
    const ring = makeRing({ slots, size, fd });
    const { request, stop } = start(ring);
    const at = cycle(positions);
    return {
      style: 'promise',
      run(index, slot) {
        ring.positions[slot] = at(index);
        return request(slot);
      },
      bytesOf: (count: number, slot) => ring.data.subarray(slot * size, slot * size + count),
      async close() {
        await stop();
        closeSync(fd);
      },
    };
  },

  wholeReader({ paths }) {
    const size = largestFile;
    const ring = makeRing({ slots: slotsOfWholeFiles, size, fd: -1 });
    const { request, stop } = start(ring);
    const encoded = paths.map((path) => Buffer.from(path));
    return {
      style: 'promise',
      async run(index, slot) {
        const path = encoded[index % encoded.length]!;
        ring.paths.set(path, slot * pathBytes);
        ring.pathLengths[slot] = path.length;
        const count = await request(slot);
        // The slot is reused, so the caller keeps a copy.
        return Buffer.from(ring.data.subarray(slot * size, slot * size + count));
      },
      bytesOf: (result: Uint8Array) => result,
      close: stop,
    };
  },
};

export default contender;

function start(ring: Ring): { request: (slot: number) => Promise<number>; stop: () => Promise<unknown> } {
  const { words, requests, answers, counts } = ring;
  const mask = requests.length - 1;
  const settle: ((count: number) => void)[] = [];
  const fail: ((error: Error) => void)[] = [];
  let requested = 0;
  let answered = 0;

  const takeAnswers = (): void => {
    Atomics.store(words, word.announced, 0);
    for (;;) {
      const slot = Atomics.exchange(answers, answered & mask, 0) - 1;
      if (slot < 0) return;
      answered = (answered + 1) | 0;
      const count = counts[slot]!;
      if (count < 0) fail[slot]!(new Error(`reading in a worker failed: errno ${count}`));
      else settle[slot]!(count);
    }
  };
  const script = compiledWorker('ring-worker.ts');
  const workers = Array.from({ length: poolSize() }, () =>
    new Worker(script, { workerData: ring }).on('message', takeAnswers),
  );
  return {
    request: (slot) =>
      new Promise((resolve, reject) => {
        settle[slot] = resolve;
        fail[slot] = reject;
        requests[requested & mask] = slot;
        requested = (requested + 1) | 0;
        Atomics.store(words, word.requested, requested);
        Atomics.notify(words, word.requested, 1);
      }),
    // Does not use terminate(), which a thread that is about to sleep on a futex may miss.
    stop() {
      const ended = workers.map((worker) => once(worker, 'exit'));
      Atomics.store(words, word.stopped, 1);
      Atomics.notify(words, word.requested);
      return Promise.all(ended);
    },
  };
}
