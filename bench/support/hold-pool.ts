// Blocks every thread of libuv's pool on an empty FIFO, so that queued operations stay queued.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, read, writeSync } from 'node:fs';
import { poolSize } from '../harness/header.js';

/** Creates the FIFO if it does not exist, and blocks the threads. The returned function releases them. */
export function holdPool(fifo: string): () => void {
  if (!existsSync(fifo)) execFileSync('mkfifo', [fifo]);
  const fd = openSync(fifo, constants.O_RDWR);
  const threads = poolSize();
  let held = threads;
  for (let thread = 0; thread < threads; thread++) {
    read(fd, Buffer.alloc(1), 0, 1, null, (error) => {
      if (error) throw error;
      if (--held === 0) closeSync(fd);
    });
  }
  return () => writeSync(fd, Buffer.alloc(threads));
}
