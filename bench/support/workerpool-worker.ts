// A workerpool worker: registers the reading tasks under their names.
import { workerData } from 'node:worker_threads';
import { Transfer, worker } from 'workerpool';
import { readerOf, readWhole, type SharedMemory } from './reading-tasks.js';

const readInto = readerOf(workerData as SharedMemory | undefined);

worker({
  ...(readInto && { readInto }),
  readWhole: (path: string) => readWhole(path, (data) => new Transfer(data, [data.buffer])),
});
