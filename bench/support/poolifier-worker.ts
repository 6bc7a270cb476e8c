// A poolifier worker. The package transfers nothing back, so a file's bytes are cloned.
import { workerData } from 'node:worker_threads';
import { ThreadWorker } from 'poolifier';
import { readerOf, readWhole, type SharedMemory, type SlotAndPosition } from './reading-tasks.js';

const readInto = readerOf(workerData as SharedMemory | undefined);

export default new ThreadWorker<SlotAndPosition | string>({
  ...(readInto && { readInto: (task?: SlotAndPosition | string) => readInto(task as SlotAndPosition) }),
  readWhole: (path?: SlotAndPosition | string) => readWhole(path as string, (data) => data),
});
