// The part of the addon that lib/runtime uses: the pool, its lanes, and memory that becomes a string without a copy.
import { addon, type PoolFigures } from './addon.js';
import { ensureOpen } from './requests.js';

export type { PoolFigures };

export const { laneFigures, poolFigures, retireLane, setReserve, textMemory, textOf } = addon;

/** The number of a new lane, negative if there are too many. `concurrency` 0: one less than the pool's jobs. */
export function addLane(priority: number, concurrency: number, queueLimit: number): number {
  ensureOpen();
  return addon.addLane(priority, concurrency, queueLimit);
}
