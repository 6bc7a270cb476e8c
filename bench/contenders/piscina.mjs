// piscina: a pool of JavaScript threads, as many as libuv's pool has, that read synchronously.
import { fileURLToPath } from 'node:url';
import { poolSize } from '../harness/header.mjs';
import { threadReader, threadWholeReader } from '../support/thread-pool-readers.mjs';

const filename = fileURLToPath(new URL('../support/piscina-worker.mjs', import.meta.url));

export default {
  name: 'piscina',
  title: 'piscina + readSync',
  kind: 'peer',
  order: 40,
  randomReader: async (params) => threadReader(params, await starter()),
  wholeReader: async (params) => threadWholeReader(params, await starter()),
};

async function starter() {
  const { Piscina } = await import('piscina');
  const threads = poolSize();
  return (workerData) => {
    const pool = new Piscina({
      filename,
      workerData,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 8,
    });
    return { call: (name, task) => pool.run(task, { name }), stop: () => pool.destroy() };
  };
}
