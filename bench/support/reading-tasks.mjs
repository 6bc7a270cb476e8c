// What the workers of the JavaScript thread pools do: plain synchronous reads, into memory shared with the main thread
// so that no result is copied or cloned. Descriptors belong to the process, so every worker can use the main one's.
import { readFileSync, readSync } from 'node:fs';

/** A reader of `size` bytes at a position into one slot of the shared memory; it returns the count. */
export function makeReader({ fd, memory, size, slots }) {
  const buffers = Array.from({ length: slots }, (_, slot) => new Uint8Array(memory, slot * size, size));
  return ([slot, position]) => readSync(fd, buffers[slot], 0, size, position);
}

/** Reads a whole file. */
export function readWhole(path) {
  return readFileSync(path);
}
