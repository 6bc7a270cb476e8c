// Joins ranges of one object into fewer requests, if that pays off.

/** Ranges with a smaller gap are read in one request, because the bytes of the gap cost less than another request. */
const SMALLEST_GAP = 1 << 20;

/** A range to request, and the wanted parts of it. */
interface JoinedRange {
  readonly start: number;
  readonly end: number;
  readonly wanted: readonly { readonly start: number; readonly view: Uint8Array }[];
}

/** Joins ranges that are close to each other. `views[i]` is filled from `starts[i]` on. Empty views are skipped. */
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

/** Copies the wanted parts of `chunk`, which begins at `position`. */
export function scatter({ wanted }: JoinedRange, chunk: Uint8Array, position: number): void {
  const end = position + chunk.length;
  for (const { start, view } of wanted) {
    if (start >= end) return;
    const from = Math.max(start, position);
    const to = Math.min(start + view.length, end);
    if (from < to) view.set(chunk.subarray(from - position, to - position), from - start);
  }
}
