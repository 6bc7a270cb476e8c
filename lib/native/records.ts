// Reads what native tasks pack: records in native byte order (src-native/core/tasks/records.h), and names, each with a NUL at its end.

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

/** The names from `at` to the end as strings. One decode and one split are many times faster than one per name. */
export function splitNames(bytes: Buffer, at: number): string[] {
  if (at >= bytes.length) return [];
  return bytes.toString('utf8', at, bytes.length - 1).split('\0');
}

const REPLACEMENT = '\ufffd';

/** The same, with bytes for the names that are not UTF-8. */
export function splitUnknown(bytes: Buffer, at: number): (string | Uint8Array)[] {
  if (at >= bytes.length) return [];
  const text = bytes.toString('utf8', at, bytes.length - 1);
  const names = text.split('\0');
  if (!text.includes(REPLACEMENT)) return names;
  const raw = splitBuffers(bytes, at);
  return names.map((name, i) => (Buffer.from(name).equals(raw[i]!) ? name : Buffer.from(raw[i]!)));
}

/** The same as strings of one character per byte, which loses nothing. */
export function splitLatin1(bytes: Buffer, at: number): string[] {
  if (at >= bytes.length) return [];
  return bytes.toString('latin1', at, bytes.length - 1).split('\0');
}

/** The same as bytes. */
export function splitBuffers(bytes: Buffer, at: number): Buffer[] {
  const names: Buffer[] = [];
  while (at < bytes.length) {
    const end = bytes.indexOf(0, at);
    names.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return names;
}

/** Paths joined by NUL, as tasks take lists of them. */
export function joinPaths(paths: readonly (string | Uint8Array)[]): string | Uint8Array {
  if (paths.every((path) => typeof path === 'string')) return paths.join('\0');
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    if (parts.length > 0) parts.push(SEPARATOR);
    parts.push(typeof path === 'string' ? Buffer.from(path) : path);
  }
  return Buffer.concat(parts);
}

const SEPARATOR = new Uint8Array(1);
