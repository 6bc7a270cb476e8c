// Several ranges of one object in as few requests as are worth it.

/** Ranges whose gap is smaller are read in one request: its bytes cost less than another request. */
const SMALLEST_GAP = 1 << 20;

/** A stretch to request, and what of it is wanted. */
interface JoinedRange {
  readonly start: number;
  readonly end: number;
  readonly wanted: readonly { readonly start: number; readonly view: Uint8Array }[];
}

/** Joins what lies close together. `views[i]` is filled from `starts[i]` on; empty views are left out. */
export function joinRanges(starts: readonly number[], views: readonly Uint8Array[]): JoinedRange[] {
  const sorted = starts
    .map((start, index) => ({ start, view: views[index]! }))
    .filter(({ view }) => view.length > 0)
    .sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number; wanted: typeof sorted }[] = [];
  for (const one of sorted) {
    const end = one.start + one.view.length;
    const last = joined.at(-1);
    if (last !== undefined && one.start - last.end < SMALLEST_GAP) {
      last.end = Math.max(last.end, end);
      last.wanted.push(one);
    } else joined.push({ start: one.start, end, wanted: [one] });
  }
  return joined;
}

/** Copies what `chunk`, which begins at `position`, has of the wanted stretches. */
export function scatter({ wanted }: JoinedRange, chunk: Uint8Array, position: number): void {
  const end = position + chunk.length;
  for (const { start, view } of wanted) {
    if (start >= end) return;
    const from = Math.max(start, position);
    const to = Math.min(start + view.length, end);
    if (from < to) view.set(chunk.subarray(from - position, to - position), from - start);
  }
}
