// node:fs Stats and BigIntStats from the addon's 18 numbers, with the prototypes and the fields of the running Node.
import { statSync, type BigIntStats, type Stats } from 'node:fs';

// Asked of Node itself once, since the constructors are private and their fields have changed between versions.
const sample = statSync(__filename);
const statsPrototype = Object.getPrototypeOf(sample) as object;
const bigIntPrototype = Object.getPrototypeOf(statSync(__filename, { bigint: true })) as object;
// Newer versions compute the dates when they are read, on the prototype.
const datesAreOwn = Object.prototype.hasOwnProperty.call(sample, 'atime');

type MutableStats = { -readonly [K in keyof Stats]: Stats[K] };
type MutableBigIntStats = { -readonly [K in keyof BigIntStats]: BigIntStats[K] };

function milliseconds(seconds: number, nanoseconds: number): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

// As Node: half a millisecond up, so that a date is the nearest millisecond.
function dateFrom(ms: number): Date {
  return new Date(Math.round(ms));
}

/** Stats from `numbers` at `at`. */
export function statsFrom(numbers: Float64Array, at: number): Stats {
  const stats = Object.create(statsPrototype) as MutableStats;
  stats.dev = numbers[at] as number;
  stats.mode = numbers[at + 1] as number;
  stats.nlink = numbers[at + 2] as number;
  stats.uid = numbers[at + 3] as number;
  stats.gid = numbers[at + 4] as number;
  stats.rdev = numbers[at + 5] as number;
  stats.blksize = numbers[at + 6] as number;
  stats.ino = numbers[at + 7] as number;
  stats.size = numbers[at + 8] as number;
  stats.blocks = numbers[at + 9] as number;
  stats.atimeMs = milliseconds(numbers[at + 10] as number, numbers[at + 11] as number);
  stats.mtimeMs = milliseconds(numbers[at + 12] as number, numbers[at + 13] as number);
  stats.ctimeMs = milliseconds(numbers[at + 14] as number, numbers[at + 15] as number);
  stats.birthtimeMs = milliseconds(numbers[at + 16] as number, numbers[at + 17] as number);
  if (datesAreOwn) {
    stats.atime = dateFrom(stats.atimeMs);
    stats.mtime = dateFrom(stats.mtimeMs);
    stats.ctime = dateFrom(stats.ctimeMs);
    stats.birthtime = dateFrom(stats.birthtimeMs);
  }
  return stats;
}

/** BigIntStats from `numbers` at `at`. */
export function bigIntStatsFrom(numbers: BigInt64Array, at: number): BigIntStats {
  const stats = Object.create(bigIntPrototype) as MutableBigIntStats;
  const field = (i: number): bigint => numbers[at + i] as bigint;
  stats.dev = field(0);
  stats.mode = field(1);
  stats.nlink = field(2);
  stats.uid = field(3);
  stats.gid = field(4);
  stats.rdev = field(5);
  stats.blksize = field(6);
  stats.ino = field(7);
  stats.size = field(8);
  stats.blocks = field(9);
  const atimeNs = field(10) * 1_000_000_000n + field(11);
  const mtimeNs = field(12) * 1_000_000_000n + field(13);
  const ctimeNs = field(14) * 1_000_000_000n + field(15);
  const birthtimeNs = field(16) * 1_000_000_000n + field(17);
  stats.atimeMs = atimeNs / 1_000_000n;
  stats.mtimeMs = mtimeNs / 1_000_000n;
  stats.ctimeMs = ctimeNs / 1_000_000n;
  stats.birthtimeMs = birthtimeNs / 1_000_000n;
  stats.atimeNs = atimeNs;
  stats.mtimeNs = mtimeNs;
  stats.ctimeNs = ctimeNs;
  stats.birthtimeNs = birthtimeNs;
  if (datesAreOwn) {
    stats.atime = dateFrom(Number(stats.atimeMs));
    stats.mtime = dateFrom(Number(stats.mtimeMs));
    stats.ctime = dateFrom(Number(stats.ctimeMs));
    stats.birthtime = dateFrom(Number(stats.birthtimeMs));
  }
  return stats;
}
