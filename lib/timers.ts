// Timers and a clock as they were when uvfiles was loaded.
//
// Fake timers of tests (Jest, Vitest, sinon, node:test) replace the global functions, and some of them those of node:timers, so that
// time stands still. Calls on files take real time, as those of node:fs do, and would never end.
import * as timers from 'node:timers';

export const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;

export const { queueMicrotask } = globalThis;

/** As `process.nextTick`. */
export const nextTick = process.nextTick.bind(process);

const { hrtime } = process;

/** Milliseconds of a clock that always goes on. It has no relation to other clocks. */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
