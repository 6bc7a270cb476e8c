// Memory that becomes a string without a copy.
import { addon } from './addon.js';

/** A buffer for `textOf`. Undefined if the runtime cannot do that. */
export function textMemory(size: number): Buffer | undefined {
  return addon.textMemory(size);
}

/** The first `length` bytes as latin-1. The string shares the memory, which must not change any more. Undefined on failure. */
export function textOf(memory: Buffer, length: number): string | undefined {
  return addon.textOf(memory, length);
}
