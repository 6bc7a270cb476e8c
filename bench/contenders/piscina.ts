// piscina: a pool of JavaScript threads, as many as libuv's pool has, that read synchronously.
import { poolSize } from '../harness/header.js';
import { compiledWorker } from '../support/compiled-worker.js';
import { threadReader, threadWholeReader, type Start } from '../support/thread-pool-readers.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'piscina',
  title: 'piscina + readSync',
  kind: 'peer',
  order: 40,
  randomReader: async (params) => threadReader(params, await starter()),
  wholeReader: async (params) => threadWholeReader(params, await starter()),
};

export default contender;

async function starter(): Promise<Start> {
  const { Piscina } = await import('piscina');
  const filename = compiledWorker('piscina-worker.ts');
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
