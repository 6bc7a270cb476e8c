// The Range header field (RFC 9110, 14): which bytes of a file are wanted.

/** Bytes from `start` up to `end`, exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A request for more ranges than these is answered with the whole file. */
const MOST_RANGES = 50;
const RANGE = /^(\d*)-(\d*)$/;

/**
 * Reads the value of a Range field.
 * @returns the ranges within a file of `size` bytes, in the order of the request, those that overlap or touch as one;
 *   an empty array if none of them is within the file; undefined if the field must be ignored
 */
export function parseRanges(field: string, size: number): ByteRange[] | undefined {
  const specs = /^\s*bytes\s*=(.*)$/i.exec(field)?.[1]?.split(',');
  if (specs === undefined || specs.length > MOST_RANGES) return undefined;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const trimmed = spec.trim();
    if (trimmed === '' && specs.length > 1) continue;
    const [, first = '', last = ''] = RANGE.exec(trimmed) ?? [];
    if (first === '' && last === '') return undefined;
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
    const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
    if (start < end) ranges.push({ start, end });
  }
  return combined(ranges);
}

// Ranges that repeat the same bytes are sent once.
function combined(ranges: readonly ByteRange[]): ByteRange[] {
  const groups: { start: number; end: number; place: number }[] = [];
  const sorted = ranges.map((range, place) => ({ ...range, place })).sort((a, b) => a.start - b.start);
  for (const range of sorted) {
    const group = groups.at(-1);
    if (group === undefined || range.start > group.end) {
      groups.push(range);
    } else {
      group.end = Math.max(group.end, range.end);
      group.place = Math.min(group.place, range.place);
    }
  }
  return groups.sort((a, b) => a.place - b.place).map(({ start, end }) => ({ start, end }));
}
