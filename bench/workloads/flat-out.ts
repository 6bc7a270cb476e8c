// A loop that reads cached data without a pause: do timers and the rest of the program still get their turn?
import { performance } from 'node:perf_hooks';
import { setInline } from '../harness/library.js';
import { watchDelay } from '../harness/loop-delay.js';
import { collectGarbage } from '../harness/garbage.js';
import type { ReadParams, ReadSubject, PromiseSubject, Workload } from '../harness/types.js';
import { readParams, verifyReads } from './random-reads.js';

const timerMs = 5;

type FlatOut = PromiseSubject & { configure?(): void };

const workload: Workload<'randomReader', ReadParams, FlatOut> = {
  name: 'flat-out',
  title: 'A loop of cached 4 KiB reads flat out for 10 s: event-loop delay and a 5 ms timer',
  issue: 6,
  order: 210,
  inline: true,
  baseline: 'fs-promises',
  requires: ['open', 'configure'],
  rounds: 1,
  warmUp: false,
  fixedTotal: ({ quick }) => (quick ? 0.3 : 10),
  contenders: ['fs-promises', 'uvfiles-unrationed'],
  fixture: (context) => readParams(context, { inFlight: 1 }),
  async start(contender, params) {
    if (contender.flatOutReader !== undefined) return contender.flatOutReader(params);
    if (!['uvfiles', 'fs-promises'].includes(contender.name)) return undefined;
    return (await contender.randomReader?.(params)) as FlatOut | undefined;
  },
  verify: (subject, params) => verifyReads(subject as ReadSubject, params),
  async measure(subject, _params, seconds) {
    setInline(true);
    subject.configure?.();
    await flatOut(subject, seconds / 20); // compiled, and the heap grown by loading the program collected
    collectGarbage();
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
    { value: 'timerLateMs', atMost: 3, text: 'a 5 ms timer never more than 3 ms late' },
    { over: 'uvfiles-unrationed', atLeast: 0.8 },
  ],
};

export default workload;

async function flatOut(subject: PromiseSubject, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1e3;
  let operations = 0;
  while (performance.now() < end) {
    for (let burst = 0; burst < 16; burst++) await subject.run(operations++, 0);
  }
  return operations;
}

// The maximum delay of a repeated timer, in milliseconds.
function watchTimer(): { stop(): number } {
  let last = performance.now();
  let latest = 0;
  const late = (): void => {
    const now = performance.now();
    latest = Math.max(latest, now - last - timerMs);
    last = now;
  };
  const timer = setInterval(late, timerMs);
  return {
    stop() {
      // A timer that never fired is late as well.
      late();
      clearInterval(timer);
      return latest;
    },
  };
}
