// metrics(): what the pool and every lane do and have done. Counting is always on. Only the snapshot has a cost.
import { type InlineFigures, inlineFigures } from '../native/inline.js';
import { laneFigures, type PoolFigures, poolFigures } from '../native/pool.js';
import { ensureOpen } from '../native/requests.js';
import { registeredLanes } from './create-lane.js';
import { Histogram, HISTOGRAM_NUMBERS } from '../schedule/histogram.js';

/** Figures of one lane. Counters and histograms begin with the main thread or worker. */
export interface LaneMetrics {
  /** The number of operations that are waiting now. */
  queued: number;
  /** The number of operations that threads have taken and not finished yet. */
  running: number;
  /** The number of operations that finished, with a result or a system error. */
  completed: number;
  /** The number of operations that a signal or a timeout removed from the queue. */
  cancelled: number;
  /** The number of operations that were rejected because the queue was full. */
  rejected: number;
  /** The number of operations that were answered from the cache without a thread. */
  inlineHits: number;
  /** The number of operations that were tried inline (or skipped after misses), and then passed to the pool. */
  inlineMisses: number;
  /** Nanoseconds from the call until a thread starts the operation. */
  wait: Histogram;
  /** Nanoseconds of work on the thread. */
  service: Histogram;
}

/** The result of `metrics()`. */
export interface Metrics {
  /** The thread pool that all lanes share. */
  pool: PoolFigures & {
    /** The inline path over all lanes. */
    inline: InlineFigures;
  };
  /** Each lane by its name. */
  lanes: Record<string, LaneMetrics>;
}

/**
 * Takes a snapshot of the queues of this environment.
 * @returns counters, and histograms of nanoseconds
 * @throws nothing
 * @cancelling does no I/O, and takes no signal
 * @platforms `inlineHits` and `pool.inline` are 0 except on Linux
 * @example const { p99 } = metrics().lanes.default.wait.toJSON();
 */
export function metrics(): Metrics {
  ensureOpen();
  const lanes: Record<string, LaneMetrics> = {};
  const figures = new Float64Array(5 + 2 * HISTOGRAM_NUMBERS);
  for (const lane of registeredLanes()) {
    const { name } = lane;
    laneFigures(lane.number, figures);
    const at = (index: number): number => figures[index] as number;
    lanes[name] = {
      queued: at(0),
      running: at(1),
      completed: at(2),
      cancelled: at(3),
      rejected: at(4),
      inlineHits: lane._inlineHits,
      inlineMisses: lane._inlineMisses,
      wait: new Histogram(figures, 5),
      service: new Histogram(figures, 5 + HISTOGRAM_NUMBERS),
    };
  }
  return { pool: { ...poolFigures(), inline: inlineFigures() }, lanes };
}
