// How long the event loop is held: by spinning on setImmediate (exact, for single stalls) or by Node's histogram.
import { closeSync, openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/**
 * Turns the event loop as fast as it goes and remembers the longest time between two turns. It uses the loop thread
 * fully, so it is for short measurements. `stop()` resolves, a turn later, to `{ stallMs, rawStallMs }`: the second is
 * the longest time by the clock, the first leaves out what the thread spent waiting for a core, which says more about
 * the neighbours than about who is measured (the same number where the system does not tell).
 */
export function watchStalls() {
  const queueing = watchRunQueue();
  let last = performance.now();
  let waited = queueing.milliseconds();
  let stallMs = 0;
  let rawStallMs = 0;
  let stopped;
  const turn = () => {
    const now = performance.now();
    const waitedNow = queueing.milliseconds();
    rawStallMs = Math.max(rawStallMs, now - last);
    stallMs = Math.max(stallMs, now - last - (waitedNow - waited));
    last = now;
    waited = waitedNow;
    if (stopped === undefined) return setImmediate(turn);
    queueing.close();
    return stopped({ stallMs, rawStallMs });
  };
  setImmediate(turn);
  return { stop: () => new Promise((resolve) => (stopped = resolve)) };
}

// Linux counts for each thread the nanoseconds that it was ready to run and did not.
function watchRunQueue() {
  let fd;
  try {
    fd = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return { milliseconds: () => 0, close() {} };
  }
  const text = Buffer.alloc(64);
  return {
    milliseconds: () => Number(text.latin1Slice(0, readSync(fd, text, 0, 64, 0)).split(' ')[1]) / 1e6,
    close: () => closeSync(fd),
  };
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
