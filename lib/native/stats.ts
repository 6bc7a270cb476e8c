// node:fs Stats and BigIntStats from the addon's 18 numbers, in the order of `makeStats`.
import type { BigIntStats, Stats } from 'node:fs';

import { type Fields, makeBigIntStats, makeStats } from '../filesystem/node-stats.js';
import { STAT_FIELDS } from './protocol.js';

// Written out, since spreading 18 numbers costs more than making the object. Bigints cost more anyway.
/** Stats from `n` at `at`. */
export function statsFrom(n: Float64Array, at: number): Stats {
  return makeStats(
    n[at]!,
    n[at + 1]!,
    n[at + 2]!,
    n[at + 3]!,
    n[at + 4]!,
    n[at + 5]!,
    n[at + 6]!,
    n[at + 7]!,
    n[at + 8]!,
    n[at + 9]!,
    n[at + 10]!,
    n[at + 11]!,
    n[at + 12]!,
    n[at + 13]!,
    n[at + 14]!,
    n[at + 15]!,
    n[at + 16]!,
    n[at + 17]!,
  );
}

/** BigIntStats from `n` at `at`. */
export function bigIntStatsFrom(n: BigInt64Array, at: number): BigIntStats {
  return makeBigIntStats(...(Array.from(n.subarray(at, at + STAT_FIELDS)) as Fields<bigint>));
}
