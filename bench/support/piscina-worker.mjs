// A piscina worker: each named export is a task. `workerData` describes the shared memory, where there is one.
import { move, workerData } from 'piscina';
import { makeReader, readWhole as readWholeHere } from './reading-tasks.mjs';

export const readInto = workerData?.memory ? makeReader(workerData) : undefined;

/** Moves the file's bytes rather than cloning them. */
export function readWhole(path) {
  const data = readWholeHere(path);
  // Small files may lie in Node's shared slab, which cannot be moved; those are cloned.
  return data.byteLength === data.buffer.byteLength ? move(data) : data;
}
