// How long the event loop is held: by spinning on setImmediate (exact, for single stalls) or by Node's histogram.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/**
 * Turns the event loop as fast as it goes and remembers the longest time between two turns. It uses the loop thread
 * fully, so it is for short measurements. `stop()` resolves, a turn later, to that time in milliseconds.
 */
export function watchStalls() {
  let last = performance.now();
  let longest = 0;
  let stopped;
  const turn = () => {
    const now = performance.now();
    if (now - last > longest) longest = now - last;
    last = now;
    if (stopped === undefined) setImmediate(turn);
    else stopped(longest);
  };
  setImmediate(turn);
  return { stop: () => new Promise((resolve) => (stopped = resolve)) };
}

/** Node's event-loop delay histogram over a stretch of time; `stop()` gives p50, p99 and max in milliseconds. */
export function watchDelay(resolution = 1) {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return {
    stop() {
      histogram.disable();
      // The histogram holds whole intervals: the resolution itself is no delay.
      const milliseconds = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
      return {
        p50: milliseconds(histogram.percentile(50)),
        p99: milliseconds(histogram.percentile(99)),
        max: milliseconds(histogram.max),
      };
    },
  };
}

/** Uses the loop thread for the given milliseconds, as a program that computes does. */
export function blockLoop(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
