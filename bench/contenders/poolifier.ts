// poolifier: a fixed pool without events and without measuring its tasks, which its docs call the fastest.
import { threadPoolContender } from '../support/thread-pool-contender.js';
import type { SlotAndPosition } from '../support/reading-tasks.js';

export default threadPoolContender({ name: 'poolifier', order: 51 }, async () => {
  const { FixedThreadPool, WorkerChoiceStrategies } = await import('poolifier');
  return ({ worker, threads, workerData }) => {
    const pool = new FixedThreadPool<SlotAndPosition | string>(threads, worker, {
      enableEvents: false,
      workerChoiceStrategy: WorkerChoiceStrategies.ROUND_ROBIN,
      workerOptions: { workerData },
    });
    return { call: (name, task) => pool.execute(task, name), stop: () => pool.destroy() };
  };
});
