// How long the event loop is held: by spinning on setImmediate (exact, for single stalls) or by Node's histogram.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { loadNative } from '../native/load.js';

type Stalls = Record<'stallMs' | 'rawStallMs', number>;

/**
 * Turns the event loop as fast as it goes and remembers the longest turn. It uses the loop thread fully, so it is for
 * short measurements. `stop()` resolves, a turn later, to `{ stallMs, rawStallMs }`: the second is the longest turn by the
 * clock, the first by the processor time of the thread. With two cores and the kernel's own threads at work a turn waits
 * milliseconds for its core, whoever is measured (the two are the same where the system does not tell).
 */
export function watchStalls(): { stop(): Promise<Stalls> } {
  const spent = processorTime();
  let last = performance.now();
  let before = spent();
  let stallMs = 0;
  let rawStallMs = 0;
  let stopped: ((stalls: Stalls) => void) | undefined;
  const turn = (): void => {
    const now = performance.now();
    const after = spent();
    rawStallMs = Math.max(rawStallMs, now - last);
    stallMs = Math.max(stallMs, after - before);
    last = now;
    before = after;
    if (stopped === undefined) setImmediate(turn);
    else stopped({ stallMs, rawStallMs });
  };
  setImmediate(turn);
  return { stop: () => new Promise((resolve) => (stopped = resolve)) };
}

function processorTime(): () => number {
  try {
    const { threadCpu } = loadNative();
    if (threadCpu() >= 0) return threadCpu;
  } catch {
    // Without a compiler, the clock is used.
  }
  return () => performance.now();
}

/** Node's histogram of event-loop delays over a period; `stop()` returns p50, p99 and max in milliseconds. */
export function watchDelay(resolution = 1): { stop(): { p50: number; p99: number; max: number } } {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return {
    stop() {
      histogram.disable();
      // The histogram counts whole intervals; the resolution itself is not a delay.
      const milliseconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
      return {
        p50: milliseconds(histogram.percentile(50)),
        p99: milliseconds(histogram.percentile(99)),
        max: milliseconds(histogram.max),
      };
    },
  };
}

/** Uses the loop thread for the given milliseconds, as a program that computes does. */
export function blockLoop(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
