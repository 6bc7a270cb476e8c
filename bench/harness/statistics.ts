// Medians, percentiles and intervals of order statistics: the only statistics in the tables, because single outliers
// distort means and deviations.
import type { Interval } from './types.js';

/** The shares of operations at which latencies are kept, from the median up. */
export const curveShares = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 1] as const;

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

/** The ratios of two series, pair by pair: what changed between rounds cancels out. */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  const length = Math.min(numerators.length, denominators.length);
  return Array.from({ length }, (_, round) => numerators[round]! / denominators[round]!);
}

/** Median of the ratios of two series, taken pair by pair. */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): number {
  return median(ratios(numerators, denominators));
}

/**
 * An interval for the true median between two of the numbers, by the sign test, which assumes nothing about their
 * distribution. It is the narrowest pair with the requested confidence, or the minimum and the maximum if there are too
 * few numbers. The result includes the confidence of the pair. Undefined for fewer than two numbers.
 */
export function medianInterval(numbers: readonly number[], wanted = 0.9): Interval | undefined {
  if (numbers.length < 2 || numbers.some(Number.isNaN)) return undefined;
  const sorted = Float64Array.from(numbers).sort();
  // Which of the sorted numbers: from the outside in, as long as the confidence is high enough.
  let outer = 0;
  while (2 * (outer + 1) < sorted.length && confidenceOf(sorted.length, outer + 1) >= wanted) outer++;
  return {
    low: sorted[outer]!,
    high: sorted[sorted.length - 1 - outer]!,
    confidence: confidenceOf(sorted.length, outer),
  };
}

// The probability that the median lies between the numbers of ranks `outer` and `count - 1 - outer`.
function confidenceOf(count: number, outer: number): number {
  let outside = 0;
  let ways = 1;
  for (let rank = 0; rank <= outer; rank++) {
    outside += ways;
    ways = (ways * (count - rank)) / (rank + 1);
  }
  return 1 - outside / 2 ** (count - 1);
}

/**
 * The order of a round (a Williams design). Over the rounds, a contender follows all others equally often, because some leave work
 * behind for the next: garbage, busy threads, a heap of another size.
 */
export function inTurn<T>(list: readonly T[], round: number): T[] {
  const { length } = list;
  const order = list.map((_, place) => {
    const offset = place % 2 === 0 ? place / 2 : length - (place + 1) / 2;
    return list[(offset + round) % length]!;
  });
  return length % 2 === 1 && round % 2 === 1 ? order.reverse() : order;
}
