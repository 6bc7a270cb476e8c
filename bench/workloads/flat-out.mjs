// A loop that reads cached data flat out: do timers and the rest of the program still get their turn?
import { performance } from 'node:perf_hooks';
import { setInline } from '../harness/library.mjs';
import { watchDelay } from '../harness/loop-delay.mjs';
import { randomReads } from './random-reads.mjs';

const timerMs = 5;

export default randomReads({
  name: 'flat-out',
  title: 'A loop of cached 4 KiB reads flat out for 10 s: event-loop delay and a 5 ms timer',
  issue: 6,
  order: 210,
  inline: true,
  inFlight: 1,
  capability: undefined,
  requires: ['open', 'configure'],
  rounds: 1,
  warmUp: false,
  fixedTotal: ({ quick }) => (quick ? 0.3 : 10),
  contenders: ['fs-promises', 'uvfiles-unrationed'],
  start: (contender, params) =>
    contender.flatOutReader?.(params) ??
    (['uvfiles', 'fs-promises'].includes(contender.name) ? contender.randomReader(params) : undefined),
  async measure(subject, params, seconds) {
    setInline(true);
    subject.configure?.();
    await flatOut(subject, seconds / 20); // compiled, and the heap grown by loading the program collected
    globalThis.gc?.();
    const delay = watchDelay();
    const timer = watchTimer();
    const start = performance.now();
    const operations = await flatOut(subject, seconds);
    const nanoseconds = (performance.now() - start) * 1e6;
    setInline(true);
    const { p99, max } = delay.stop();
    return {
      operations,
      nanoseconds,
      values: { delayP99Ms: p99, delayMaxMs: max, timerLateMs: timer.stop() },
    };
  },
  floors: [
    { value: 'delayP99Ms', atMost: 1, text: 'event-loop delay p99 under 1 ms' },
    { value: 'timerLateMs', atMost: 3, text: 'a 5 ms timer never later than 3 ms beyond its due' },
    { over: 'uvfiles-unrationed', atLeast: 0.8 },
  ],
});

async function flatOut(subject, seconds) {
  const end = performance.now() + seconds * 1e3;
  let operations = 0;
  while (performance.now() < end) {
    for (let burst = 0; burst < 16; burst++) await subject.run(operations++, 0);
  }
  return operations;
}

// The longest that a repeated timer came after its due, in milliseconds.
function watchTimer() {
  let last = performance.now();
  let latest = 0;
  const late = () => {
    const now = performance.now();
    latest = Math.max(latest, now - last - timerMs);
    last = now;
  };
  const timer = setInterval(late, timerMs);
  return {
    stop() {
      // One that never came is late as well.
      late();
      clearInterval(timer);
      return latest;
    },
  };
}
