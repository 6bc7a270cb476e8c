// Byte arguments: any view or buffer, seen as the Uint8Array of exactly its bytes.
import { types } from 'node:util';

import { invalidArgType, invalidState, invalidView } from '../errors/index.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';

/** What can be written to a binary file: all bytes of the view or buffer. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

// Reads the internal slots of views and buffers, because a subclass or an own property can override `length`, `byteLength`
// and `buffer`.
type Slot<T> = (of: object) => T;
function slot<T>(prototype: unknown, name: string): Slot<T> {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) as { get: () => T };
  return Function.prototype.call.bind(get);
}
function method(prototype: unknown, name: string): (of: object) => unknown {
  const { value } = Object.getOwnPropertyDescriptor(prototype, name) as { value: () => unknown };
  return Function.prototype.call.bind(value);
}
const { getPrototypeOf } = Object;
const BUFFER: unknown = Buffer.prototype;
const UINT8 = Uint8Array.prototype;
const ofTypedArrays: unknown = getPrototypeOf(UINT8);
// Throws for a view whose memory is detached, or has been resized to less than the view.
const checkInBounds = method(ofTypedArrays, 'keys');
const byteLengthOf = slot<number>(ofTypedArrays, 'byteLength');
const byteOffsetOf = slot<number>(ofTypedArrays, 'byteOffset');
const bufferOf = slot<ArrayBufferLike>(ofTypedArrays, 'buffer');
const viewByteLength = slot<number>(DataView.prototype, 'byteLength');
const viewByteOffset = slot<number>(DataView.prototype, 'byteOffset');
const viewBuffer = slot<ArrayBufferLike>(DataView.prototype, 'buffer');
const bufferByteLength = slot<number>(ArrayBuffer.prototype, 'byteLength');

const BYTES = 'an instance of Buffer, TypedArray, DataView or ArrayBuffer';

/** The bytes of `data`, not copied. A Uint16Array of 1,000 is 2,000 bytes. `expected` is for the error. */
export function toBytes(data: unknown, name = 'data', expected = BYTES): Uint8Array {
  return isPlain(data) ? data : bytesUnder(data, name, expected);
}

/** The same for a whole file, whose data can also be a string, or be iterated over. */
export function toWholeBytes(data: unknown): Uint8Array {
  return toBytes(data, 'data', `of type string, an iterable or ${BYTES}`);
}

/** The number of bytes of a Uint8Array or Buffer; 0 for anything else. Own properties of the object are not used. */
export function sizeOfUint8Array(data: unknown): number {
  return types.isUint8Array(data) ? byteLengthOf(data) : 0;
}

/** A view to read into, as the Uint8Array of its bytes at the call. It does not grow with its memory, as a view of a caller can. */
export function toWritableBytes(view: unknown): Uint8Array {
  if (!isPlain(view)) return bytesUnder(view, 'view', 'an instance of Buffer, TypedArray or DataView');
  const buffer = bufferOf(view);
  return canGrow(buffer) ? new Uint8Array(buffer, byteOffsetOf(view), byteLengthOf(view)) : view;
}

// ArrayBuffers are resizable, shared ones growable.
function canGrow(buffer: ArrayBufferLike & { resizable?: boolean; growable?: boolean }): boolean {
  return buffer.resizable === true || buffer.growable === true;
}

/** Checks that `view` still has the `size` bytes that it had at the call. Throws ERR_INVALID_STATE. */
export function checkUnchanged(view: Uint8Array, size: number): void {
  if (view.byteLength !== size) throw invalidView(size, view.byteLength);
}

/** A read into `view` that begins later. It throws ERR_INVALID_STATE if the view has changed by then. */
export function unlessChanged<Args extends unknown[], T>(
  view: Uint8Array,
  read: (...args: Args) => T,
): (...args: Args) => T {
  const { byteLength } = view;
  return (...args) => {
    checkUnchanged(view, byteLength);
    return read(...args);
  };
}

// A Buffer or Uint8Array, not empty, whose properties are those of its class: the layers below may use them. Without own
// properties, the two lengths are the same. `types.isUint8Array` and `hasOwn` would take 40 ns of a cached read.
function isPlain(data: unknown): data is Uint8Array {
  if (!ArrayBuffer.isView(data)) return false;
  const prototype: unknown = getPrototypeOf(data);
  if (prototype !== BUFFER && prototype !== UINT8) return false;
  const { byteLength, length } = data as Uint8Array;
  return byteLength > 0 && byteLength === length;
}

function bytesUnder(data: unknown, name: string, expected: string): Uint8Array {
  try {
    if (types.isTypedArray(data)) {
      checkInBounds(data);
      return new Uint8Array(bufferOf(data), byteOffsetOf(data), byteLengthOf(data));
    }
    if (types.isDataView(data))
      return new Uint8Array(viewBuffer(data), viewByteOffset(data), viewByteLength(data));
    if (types.isAnyArrayBuffer(data))
      return new Uint8Array(data as ArrayBuffer, 0, new Uint8Array(data as ArrayBuffer).byteLength);
  } catch {
    throw invalidState(`the memory of ${name} is detached or resized`);
  }
  throw invalidArgType(name, expected, data);
}

/** Whether `data` is a view or a buffer. */
export function isBytes(data: unknown): data is Bytes {
  return ArrayBuffer.isView(data) || types.isAnyArrayBuffer(data);
}

/** Whether `items` has an iterator or an asynchronous iterator. */
export function isIterable(items: object, how: symbol): boolean {
  return typeof (items as Record<symbol, unknown>)[how] === 'function';
}

/** Whether `items` can be iterated over. The items themselves are checked one by one, as they come. */
export function checkItems(items: unknown, name = 'items'): void {
  if (
    typeof items === 'object' &&
    items !== null &&
    (isIterable(items, Symbol.iterator) || isIterable(items, Symbol.asyncIterator))
  )
    return;
  throw invalidArgType(name, 'an iterable or async iterable', items);
}

/**
 * Takes the memory under `data` away from its owner without copying, as `{ transfer: true }` asks: `data` is detached.
 * Memory that cannot be moved (a slice of Node's Buffer pool, shared or wasm memory) is copied and left alone. A call
 * whose options are rejected transfers nothing.
 */
export function takeOver(data: Uint8Array, call: Call | undefined): Uint8Array {
  return moveOver(data, call) ?? Uint8Array.prototype.slice.call(data);
}

/** As `takeOver`, and undefined where the memory cannot be moved. */
export function moveOver(data: Uint8Array, call: Call | undefined): Uint8Array | undefined {
  throwIfAborted(call?.signal);
  const buffer = bufferOf(data);
  const byteOffset = byteOffsetOf(data);
  const byteLength = byteLengthOf(data);
  if (!types.isArrayBuffer(buffer)) return undefined;
  if (byteLength !== 0 && bufferByteLength(buffer) === 0) throw invalidState('the memory is detached');
  try {
    const moved = structuredClone(buffer, { transfer: [buffer] });
    // Node 20 copies what must not be transferred.
    return bufferByteLength(buffer) === 0 ? new Uint8Array(moved, byteOffset, byteLength) : undefined;
  } catch {
    return undefined;
  }
}
