// Writing at the end of the process, where nothing can be awaited.
import { writeSync } from 'node:fs';

/**
 * Writes all of `data` to a descriptor, blocking.
 * @param position null: the descriptor's own position
 * @throws the system's errors, except for EAGAIN, which is waited out
 */
export function writeAllNow(fd: number, data: Uint8Array, position: number | null): void {
  let done = 0;
  while (done < data.byteLength) {
    try {
      const at = position === null ? null : position + done;
      done += writeSync(fd, data, done, data.byteLength - done, at);
    } catch (error) {
      // A non-blocking pipe with a slow reader. The process is ending, so the only way is to wait.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
