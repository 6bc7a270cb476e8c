// Reading through a pool of JavaScript threads, whichever pool it is: `start(workerData)` gives a pool whose
// `call(name, task)` runs a task of reading-tasks.mjs in a worker, and whose `stop()` ends the workers.
import { closeSync, openSync } from 'node:fs';
import { cycle } from '../harness/subjects.mjs';

/** Positional reads into memory shared with the workers, one slot each: no result is copied. */
export function threadReader({ path, size, positions, slots }, start) {
  const fd = openSync(path, 'r');
  const memory = new SharedArrayBuffer(slots * size);
  const pool = start({ fd, memory, size, slots });
  const at = cycle(positions);
  return {
    style: 'promise',
    run: (index, slot) => pool.call('readInto', [slot, at(index)]),
    bytesOf: (count, slot) => new Uint8Array(memory, slot * size, count),
    async close() {
      await pool.stop();
      closeSync(fd);
    },
  };
}

/** Whole files, each read in a worker. */
export function threadWholeReader({ paths }, start) {
  const pool = start();
  return {
    style: 'promise',
    run: (index) => pool.call('readWhole', paths[index % paths.length]),
    bytesOf: (result) => result,
    close: () => pool.stop(),
  };
}
