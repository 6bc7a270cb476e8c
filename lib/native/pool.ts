// The pool and its lanes, for lib/runtime.
import { addon, type PoolFigures } from './addon.js';
import { ensureOpen } from './requests.js';

export type { PoolFigures };

export function poolFigures(): PoolFigures {
  return addon.poolFigures();
}

/** Leaves this number of pool threads to others. */
export function reserveThreads(threads: number): void {
  addon.setReserve(threads);
}

/** The number of a new lane, negative if there are too many. `concurrency` 0: one less than the pool's jobs. */
export function addLane(priority: number, concurrency: number, queueLimit: number): number {
  ensureOpen();
  return addon.addLane(priority, concurrency, queueLimit);
}

/** For a lane to which nothing will be submitted any more. Its number may be given to another one. */
export function retireLane(lane: number): void {
  addon.retireLane(lane);
}

/** Fills in the figures of ReadLaneFigures in src-native/binding/lanes.cc, in the same order. */
export function laneFigures(lane: number, figures: Float64Array): void {
  addon.laneFigures(lane, figures);
}
