// Medians and percentiles: the only statistics the tables use, because means follow the noisiest neighbour.

/** The middle of the numbers, or NaN when there are none. */
export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** The value below which the given share (0 to 1) of the numbers lies, interpolated; NaN when there are none. */
export function percentile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0) return Number.NaN;
  const sorted = Float64Array.from(numbers).sort();
  const rank = (sorted.length - 1) * share;
  const low = Math.floor(rank);
  const high = Math.ceil(rank);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (rank - low);
}

/** Median of the ratios of two equally long series, taken pair by pair: what changed between rounds cancels out. */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): number {
  const length = Math.min(numerators.length, denominators.length);
  return median(Array.from({ length }, (_, round) => numerators[round]! / denominators[round]!));
}
