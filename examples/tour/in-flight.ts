// Bounded concurrency in a few lines: several workers take the next index until there is none left.

/** Calls `job(index, slot)` for each index below `total`, with at most `inFlight` unfinished at any time. */
export async function keepInFlight(
  inFlight: number,
  total: number,
  job: (index: number, slot: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const oneSlot = async (slot: number): Promise<void> => {
    while (next < total) await job(next++, slot);
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, total) }, (_, slot) => oneSlot(slot)));
}
