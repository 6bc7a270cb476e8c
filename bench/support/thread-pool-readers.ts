// Reading through a pool of JavaScript threads, whichever pool it is: `start(workerData)` gives a pool whose
// `call(name, task)` runs a task of reading-tasks.ts in a worker, and whose `stop()` ends the workers.
import { closeSync, openSync } from 'node:fs';
import { cycle } from '../harness/subjects.js';
import type { GivesBytes, PathsParams, PromiseSubject, ReadParams } from '../harness/types.js';
import type { SharedMemory, SlotAndPosition } from './reading-tasks.js';

export interface ThreadPool {
  call(name: 'readInto' | 'readWhole', task: SlotAndPosition | string): Promise<unknown>;
  stop(): Promise<unknown>;
}

export type Start = (workerData?: SharedMemory) => ThreadPool;

/** Positional reads into memory shared with the workers, one slot each: no result is copied. */
export function threadReader(
  { path, size, positions, slots }: ReadParams,
  start: Start,
): PromiseSubject & GivesBytes {
  const fd = openSync(path, 'r');
  const memory = new SharedArrayBuffer(slots * size);
  const pool = start({ fd, memory, size, slots });
  const at = cycle(positions);
  return {
    style: 'promise',
    run: (index, slot) => pool.call('readInto', [slot, at(index)]),
    bytesOf: (count: number, slot) => new Uint8Array(memory, slot * size, count),
    async close() {
      await pool.stop();
      closeSync(fd);
    },
  };
}

/** Whole files, each read in a worker. */
export function threadWholeReader({ paths }: PathsParams, start: Start): PromiseSubject & GivesBytes {
  const pool = start();
  return {
    style: 'promise',
    run: (index) => pool.call('readWhole', paths[index % paths.length]!),
    bytesOf: (result: Uint8Array) => result,
    close: () => pool.stop(),
  };
}
