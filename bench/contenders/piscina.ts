// piscina: a pool of JavaScript threads that read synchronously. Several small tasks per worker at a time, as its docs say.
import { threadPoolContender } from '../support/thread-pool-contender.js';

export default threadPoolContender({ name: 'piscina', order: 40 }, async () => {
  const { Piscina } = await import('piscina');
  return ({ worker, threads, workerData }) => {
    const pool = new Piscina({
      filename: worker,
      workerData,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 8,
    });
    return { call: (name, task) => pool.run(task, { name }), stop: () => pool.destroy() };
  };
});
