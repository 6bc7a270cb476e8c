// workerpool: the other widely used pool of JavaScript threads, as many as libuv's pool has, reading synchronously.
import { fileURLToPath } from 'node:url';
import { poolSize } from '../harness/header.mjs';
import { threadReader, threadWholeReader } from '../support/thread-pool-readers.mjs';

const script = fileURLToPath(new URL('../support/workerpool-worker.mjs', import.meta.url));

export default {
  name: 'workerpool',
  title: 'workerpool + readSync',
  kind: 'peer',
  order: 50,
  randomReader: async (params) => threadReader(params, await starter()),
  wholeReader: async (params) => threadWholeReader(params, await starter()),
};

async function starter() {
  const { default: workerpool } = await import('workerpool');
  const threads = poolSize();
  return (workerData) => {
    const pool = workerpool.pool(script, {
      workerType: 'thread',
      minWorkers: threads,
      maxWorkers: threads,
      workerThreadOpts: { workerData },
    });
    return { call: (name, task) => pool.exec(name, [task]), stop: () => pool.terminate() };
  };
}
