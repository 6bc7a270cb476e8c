// workerpool: the other widely used pool of JavaScript threads, as many as libuv's pool has, reading synchronously.
import { poolSize } from '../harness/header.js';
import { compiledWorker } from '../support/compiled-worker.js';
import { threadReader, threadWholeReader, type Start } from '../support/thread-pool-readers.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'workerpool',
  title: 'workerpool + readSync',
  kind: 'peer',
  order: 50,
  randomReader: async (params) => threadReader(params, await starter()),
  wholeReader: async (params) => threadWholeReader(params, await starter()),
};

export default contender;

async function starter(): Promise<Start> {
  const { default: workerpool } = await import('workerpool');
  const script = compiledWorker('workerpool-worker.ts');
  const threads = poolSize();
  return (workerData) => {
    const pool = workerpool.pool(script, {
      workerType: 'thread',
      minWorkers: threads,
      maxWorkers: threads,
      workerThreadOpts: { workerData },
    });
    return {
      call: async (name, task): Promise<unknown> => pool.exec(name, [task]),
      stop: async () => pool.terminate(),
    };
  };
}
