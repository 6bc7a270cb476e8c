// The memory of results.

/** Memory for results; undefined if none can be allocated. */
export function allocate(size: number): Buffer | undefined {
  try {
    return Buffer.allocUnsafeSlow(size);
  } catch {
    return undefined;
  }
}

/** The first `size` bytes of `memory`. If they are less than half of it, a copy, so that they do not keep all of it. */
export function cutTo(memory: Buffer, size: number): Buffer {
  if (size === memory.length) return memory;
  const bytes = memory.subarray(0, size);
  const copy = size * 2 < memory.length ? allocate(size) : undefined;
  if (copy === undefined) return bytes;
  bytes.copy(copy);
  return copy;
}
