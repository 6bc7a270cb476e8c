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

/** The task of a worker: a slot, and the position to read at. */
export type SlotAndPosition = readonly [slot: number, position: number];

/** A reader of `size` bytes at a position into one slot of the shared memory; it returns the count. */
function makeReader({ fd, memory, size, slots }: SharedMemory) {
  const buffers = Array.from({ length: slots }, (_, slot) => new Uint8Array(memory, slot * size, size));
  return ([slot, position]: SlotAndPosition): number => readSync(fd, buffers[slot]!, 0, size, position);
}

/** The reader of a worker; undefined where it was told of no memory, since it reads whole files then. */
export function readerOf(shared: Partial<SharedMemory> | undefined) {
  return shared?.memory === undefined ? undefined : makeReader(shared as SharedMemory);
}

/**
 * Reads a whole file, and moves its bytes to the main thread rather than cloning them. Small files may lie in Node's shared
 * slab, which cannot be moved; those are cloned.
 */
export function readWhole<T>(path: string, move: (data: Buffer) => T): T | Buffer {
  const data = readFileSync(path);
  return data.byteLength === data.buffer.byteLength ? move(data) : data;
}
