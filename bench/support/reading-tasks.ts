// What the workers of the JavaScript thread pools do: plain synchronous reads, into memory shared with the main thread
// so that no result is copied or cloned. Descriptors belong to the process, so every worker can use the main one's.
import { readFileSync, readSync } from 'node:fs';

/** Memory that all workers share, with one slot of `size` bytes for each read in flight. */
export interface SharedMemory {
  readonly fd: number;
  readonly memory: SharedArrayBuffer;
  readonly size: number;
  readonly slots: number;
}

/** What a worker is asked for: a slot, and the position to read at. */
export type SlotAndPosition = readonly [slot: number, position: number];

/** A reader of `size` bytes at a position into one slot of the shared memory; it returns the count. */
export function makeReader({ fd, memory, size, slots }: SharedMemory) {
  const buffers = Array.from({ length: slots }, (_, slot) => new Uint8Array(memory, slot * size, size));
  return ([slot, position]: SlotAndPosition): number => readSync(fd, buffers[slot]!, 0, size, position);
}

/** Reads a whole file. */
export function readWhole(path: string): Buffer {
  return readFileSync(path);
}
