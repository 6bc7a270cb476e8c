// tinypool: the small fork of piscina that Vitest runs on, tuned as piscina is.
import { threadPoolContender } from '../support/thread-pool-contender.js';

export default threadPoolContender({ name: 'tinypool', order: 41 }, async () => {
  const { Tinypool } = await import('tinypool');
  return ({ worker, threads, workerData }) => {
    const pool = new Tinypool({
      filename: worker,
      runtime: 'worker_threads',
      workerData,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 8,
    });
    return { call: (name, task) => pool.run(task, { name }), stop: () => pool.destroy() };
  };
});
