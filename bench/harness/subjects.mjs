// Small pieces that several contenders share.

/** The position of the index-th operation: positions are drawn beforehand, a power of two of them. */
export function cycle(positions) {
  const mask = positions.length - 1;
  return (index) => positions[index & mask];
}

/** One buffer a slot, as a program that counts its microseconds would keep them. */
export function slotBuffers(slots, size) {
  return Array.from({ length: slots }, () => Buffer.allocUnsafeSlow(size));
}

/** Random positions, aligned to `size`, within a file of `fileSize` bytes; the same ones in every run. */
export function randomPositions(fileSize, size, count = 1 << 16) {
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
