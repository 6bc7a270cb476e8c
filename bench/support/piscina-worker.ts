// A piscina worker: each named export is a task. `workerData` describes the shared memory, where there is one.
import { move, workerData } from 'piscina';
import { makeReader, readWhole as readWholeHere, type SharedMemory } from './reading-tasks.js';

const shared = workerData as SharedMemory | undefined;
export const readInto = shared?.memory === undefined ? undefined : makeReader(shared);

/** Moves the file's bytes rather than cloning them. */
export function readWhole(path: string) {
  const data = readWholeHere(path);
  // Small files may lie in Node's shared slab, which cannot be moved; those are cloned.
  return data.byteLength === data.buffer.byteLength ? move(data) : data;
}
