// A workerpool worker: registers the reading tasks under their names; `workerData` describes the shared memory.
import { workerData } from 'node:worker_threads';
import { Transfer, worker } from 'workerpool';
import { makeReader, readWhole } from './reading-tasks.mjs';

worker({
  ...(workerData?.memory ? { readInto: makeReader(workerData) } : {}),
  readWhole(path) {
    const data = readWhole(path);
    // As in the piscina worker: what has memory of its own is moved, the rest cloned.
    return data.byteLength === data.buffer.byteLength ? new Transfer(data, [data.buffer]) : data;
  },
});
