// A snapshot of one of the addon's histograms, with the names of node:perf_hooks' Histogram. Values are nanoseconds.
import { outOfRange } from '../errors/index.js';

const SUB_BITS = 4;
const FIRST_OCTAVE = 6;
const BUCKETS = 35 << SUB_BITS;
/** The number of values of a histogram in the addon's figures: count, sum, min, max, buckets. */
export const HISTOGRAM_NUMBERS = 4 + BUCKETS;

// The largest value of a bucket. Percentiles return it, as in HdrHistogram.
function highest(bucket: number): number {
  const steps = 1 << SUB_BITS;
  if (bucket < steps) return (bucket + 1) * 2 ** (FIRST_OCTAVE - SUB_BITS) - 1;
  const octave = (bucket >> SUB_BITS) + FIRST_OCTAVE - 1;
  return 2 ** octave + ((bucket & (steps - 1)) + 1) * 2 ** (octave - SUB_BITS) - 1;
}

function middle(bucket: number): number {
  const low = bucket === 0 ? 0 : highest(bucket - 1) + 1;
  return (low + highest(bucket)) / 2;
}

/**
 * A snapshot of a histogram of nanoseconds. Values are accurate to 6 %.
 * @throws RangeError ERR_OUT_OF_RANGE for a percentile that is not > 0 and <= 100
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on all systems
 * @example const p99 = metrics().lanes.default.wait.percentile(99);
 */
export class Histogram {
  /** The number of recorded values. */
  readonly count: number;
  /** The smallest value, in nanoseconds. */
  readonly min: number;
  /** The largest value, in nanoseconds. */
  readonly max: number;
  /** The mean, in nanoseconds. */
  readonly mean: number;
  /** The standard deviation, in nanoseconds. */
  readonly stddev: number;
  readonly #buckets: Float64Array;

  /** @internal `numbers` are the addon's, from `at` on. */
  constructor(numbers: Float64Array, at: number) {
    this.count = numbers[at] as number;
    this.mean = this.count === 0 ? 0 : (numbers[at + 1] as number) / this.count;
    this.min = numbers[at + 2] as number;
    this.max = numbers[at + 3] as number;
    this.#buckets = numbers.slice(at + 4, at + HISTOGRAM_NUMBERS);
    let squares = 0;
    for (let i = 0; i < BUCKETS; i++) squares += (this.#buckets[i] as number) * (middle(i) - this.mean) ** 2;
    this.stddev = this.count === 0 ? 0 : Math.sqrt(squares / this.count);
  }

  /**
   * Gets a percentile.
   * @param percentile > 0 and <= 100
   * @returns nanoseconds: the value that this percentage of all values does not exceed
   * @throws RangeError ERR_OUT_OF_RANGE
   */
  percentile(percentile: number): number {
    if (!(percentile > 0 && percentile <= 100)) throw outOfRange('percentile', '> 0 && <= 100', percentile);
    const wanted = Math.ceil((percentile / 100) * this.count);
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#buckets[i] as number;
      if (seen >= wanted && seen > 0) return Math.min(highest(i), this.max);
    }
    return this.max;
  }

  /** Percentiles in halving steps, as in node:perf_hooks. */
  get percentiles(): Map<number, number> {
    const map = new Map<number, number>();
    for (const p of [50, 75, 87.5, 93.75, 96.875, 98.4375, 99.21875, 99.9, 99.99, 100])
      map.set(p, this.percentile(p));
    return map;
  }

  /** Lists the buckets that are not empty, for exporters.
   * @returns the upper bound in nanoseconds and the count of each */
  *buckets(): IterableIterator<{ upTo: number; count: number }> {
    for (let i = 0; i < BUCKETS; i++) {
      const count = this.#buckets[i] as number;
      if (count > 0) yield { upTo: highest(i), count };
    }
  }

  /** Converts the histogram to a plain object.
   * @returns count, mean, minimum, maximum and common percentiles */
  toJSON(): Record<string, number> {
    const { count, min, max, mean, stddev } = this;
    return {
      count,
      min,
      max,
      mean,
      stddev,
      p50: this.percentile(50),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
    };
  }
}
