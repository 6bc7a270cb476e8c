// Reads the records of native tasks (src-native/core/tasks/records.h): native byte order; texts end with a NUL.

/** Whether this machine stores the low byte first. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const ALIGNED_BYTES = 8;

// Batches that share a chunk of memory can begin anywhere in it.
function aligned(bytes: Buffer, at: number, length: number): { buffer: ArrayBufferLike; offset: number } {
  const offset = bytes.byteOffset + at;
  if (offset % ALIGNED_BYTES === 0) return { buffer: bytes.buffer, offset };
  return { buffer: Uint8Array.prototype.slice.call(bytes, at, at + length).buffer, offset: 0 };
}

/** `count` uint32 from `at`. */
export function uint32sAt(bytes: Buffer, at: number, count: number): Uint32Array {
  const { buffer, offset } = aligned(bytes, at, count * 4);
  return new Uint32Array(buffer, offset, count);
}

/** `count` doubles from `at`. */
export function doublesAt(bytes: Buffer, at: number, count: number): Float64Array {
  const { buffer, offset } = aligned(bytes, at, count * 8);
  return new Float64Array(buffer, offset, count);
}

/** The first `count` int64. */
export function int64sAt(bytes: Buffer, count: number): BigInt64Array {
  const { buffer, offset } = aligned(bytes, 0, count * 8);
  return new BigInt64Array(buffer, offset, count);
}

/** One int32. */
export function int32At(bytes: Buffer, at: number): number {
  return LITTLE_ENDIAN ? bytes.readInt32LE(at) : bytes.readInt32BE(at);
}

/** One uint64, exact to 2^53. */
export function uint64At(bytes: Buffer, at: number): number {
  const [low, high] = LITTLE_ENDIAN
    ? [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
    : [bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at)];
  return high * 2 ** 32 + low;
}
