// Small pieces that several contenders share.

/** The position of the index-th operation: positions are drawn beforehand, a power of two of them. */
export function cycle(positions: Float64Array): (index: number) => number {
  const mask = positions.length - 1;
  return (index) => positions[index & mask]!;
}

/** One buffer per slot, as an optimized program would keep them. */
export function slotBuffers(slots: number, size: number): Buffer[] {
  return Array.from({ length: slots }, () => Buffer.allocUnsafeSlow(size));
}

/** Random positions, aligned to `size`, within a file of `fileSize` bytes; the same ones in every run. */
export function randomPositions(fileSize: number, size: number, count = 1 << 16): Float64Array {
  const blocks = Math.floor(fileSize / size);
  const positions = new Float64Array(count);
  let state = 0x2545f491;
  for (let index = 0; index < count; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    positions[index] = ((state >>> 0) % blocks) * size;
  }
  return positions;
}
