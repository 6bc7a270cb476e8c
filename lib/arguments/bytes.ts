// Byte arguments: any view or buffer, seen as the Uint8Array of exactly its bytes.
import { types } from 'node:util';

import { AbortError, invalidArgType, invalidState } from '../errors/index.js';
import { callOf } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';

/** What can be written to a binary file: all bytes of the view or buffer. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** The bytes of `data`, not copied. A Uint16Array of 1,000 is 2,000 bytes. */
export function toBytes(data: unknown, name = 'data'): Uint8Array {
  if (data instanceof Uint8Array && data.byteLength > 0) return data;
  return seen(data, name, 'an instance of Buffer, TypedArray, DataView or ArrayBuffer');
}

/** A view to read into, as the Uint8Array of its bytes. */
export function toWritableBytes(view: unknown, name = 'view'): Uint8Array {
  if (view instanceof Uint8Array && view.byteLength > 0) return view;
  return seen(view, name, 'an instance of Buffer, TypedArray or DataView');
}

function seen(data: unknown, name: string, expected: string): Uint8Array {
  try {
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (types.isAnyArrayBuffer(data)) return new Uint8Array(data as ArrayBuffer);
  } catch {
    throw invalidState(`the memory of ${name} is detached`);
  }
  throw invalidArgType(name, expected, data);
}

/** Whether `items` can be iterated over at all: what they are is seen as they come. */
export function checkItems(items: unknown, name = 'items'): void {
  if (
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items)
  )
    return;
  throw invalidArgType(name, 'an iterable or async iterable', items);
}

/**
 * Takes the memory under `data` away from its owner without copying, as `{ transfer: true }` asks: `data` is detached.
 * Memory that cannot be moved (a slice of Node's Buffer pool, shared or wasm memory) is copied and left alone. A call that
 * its options would have refused takes nothing.
 */
export function takeOver(data: Uint8Array, o: OpOptions): Uint8Array {
  return moveOver(data, o) ?? Uint8Array.prototype.slice.call(data);
}

/** As `takeOver`, and undefined where the memory cannot be moved. */
export function moveOver(data: Uint8Array, o: OpOptions): Uint8Array | undefined {
  const signal = callOf(o)?.signal;
  if (signal?.aborted === true) throw new AbortError(signal.reason);
  const { buffer, byteOffset, byteLength } = data;
  if (!(buffer instanceof ArrayBuffer)) return undefined;
  if (byteLength !== 0 && buffer.byteLength === 0) throw invalidState('the memory is detached');
  try {
    const moved = structuredClone(buffer, { transfer: [buffer] });
    // Node 20 copies what must not be transferred.
    return buffer.byteLength === 0 ? new Uint8Array(moved, byteOffset, byteLength) : undefined;
  } catch {
    return undefined;
  }
}
