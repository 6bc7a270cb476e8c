// A workerpool worker: registers the reading tasks under their names; `workerData` describes the shared memory.
import { workerData } from 'node:worker_threads';
import { Transfer, worker } from 'workerpool';
import { makeReader, readWhole, type SharedMemory } from './reading-tasks.js';

const shared = workerData as SharedMemory | undefined;

worker({
  ...(shared?.memory === undefined ? {} : { readInto: makeReader(shared) }),
  readWhole(path: string) {
    const data = readWhole(path);
    // As in the piscina worker: what has memory of its own is moved, the rest cloned.
    return data.byteLength === data.buffer.byteLength ? new Transfer(data, [data.buffer]) : data;
  },
});
