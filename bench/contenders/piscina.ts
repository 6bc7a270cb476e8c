// piscina: a pool of JavaScript threads that read synchronously. As its docs say for many small
// tasks: several per worker at a time, and its queue of constant time.
import { threadPoolContender } from '../support/thread-pool-contender.js';

export default threadPoolContender({ name: 'piscina', order: 40 }, async () => {
  const { FixedQueue, Piscina } = await import('piscina');
  return ({ worker, threads, workerData }) => {
    const pool = new Piscina({
      filename: worker,
      workerData,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 8,
      taskQueue: new FixedQueue(),
    });
    return { call: (name, task) => pool.run(task, { name }), stop: () => pool.destroy() };
  };
});
