// workerpool: all workers are kept, and each file's memory is transferred, as its docs say.
import { threadPoolContender } from '../support/thread-pool-contender.js';

export default threadPoolContender({ name: 'workerpool', order: 50 }, async () => {
  const { default: workerpool } = await import('workerpool');
  return ({ worker, threads, workerData }) => {
    const pool = workerpool.pool(worker, {
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
});
