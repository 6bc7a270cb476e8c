// Completes the status that a file system returns to node:fs Stats.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import type { EntryType, StatsLike } from './filesystem.js';
import { type Fields, makeBigIntStats, makeStats } from './node-stats.js';

const TYPE_BITS: Readonly<Record<EntryType, number>> = {
  file: constants.S_IFREG,
  directory: constants.S_IFDIR,
  symlink: constants.S_IFLNK ?? 0o120000,
  fifo: constants.S_IFIFO ?? 0o010000,
  socket: constants.S_IFSOCK ?? 0o140000,
  character: constants.S_IFCHR,
  block: constants.S_IFBLK ?? 0o060000,
  unknown: 0,
};

type Question = keyof Stats & `is${string}`;
const QUESTIONS: readonly (readonly [Question, EntryType])[] = [
  ['isDirectory', 'directory'],
  ['isSymbolicLink', 'symlink'],
  ['isFIFO', 'fifo'],
  ['isSocket', 'socket'],
  ['isCharacterDevice', 'character'],
  ['isBlockDevice', 'block'],
  ['isFile', 'file'],
];

/** The type of the file. */
export function typeOf(stats: Partial<Pick<Stats, Question>>): EntryType {
  for (const [question, type] of QUESTIONS) if (stats[question]?.() === true) return type;
  return 'unknown';
}

const USUAL_PERMISSIONS = 0o666;
const USUAL_DIRECTORY_PERMISSIONS = 0o777;

function isNodeStats(given: object): boolean {
  return typeof (given as Partial<Stats>).mode === 'number' && given.constructor?.name === 'Stats';
}

function isNodeBigIntStats(given: object): boolean {
  return (
    typeof (given as Partial<BigIntStats>).size === 'bigint' && given.constructor?.name === 'BigIntStats'
  );
}

/**
 * Makes node:fs Stats (with `bigint`, BigIntStats) of what a file system returned. Times come from `mtime`, `mtimeMs` or `mtimeNs`,
 * and missing times are the modification time. A missing mode follows from the type. Additional properties, such as `etag`, stay.
 */
export function completeStats(given: StatsLike | BigIntStats, bigint: boolean): Stats | BigIntStats {
  if (bigint ? isNodeBigIntStats(given) : isNodeStats(given)) return given as Stats | BigIntStats;
  const source = given as unknown as Record<string, unknown>;
  const type = typeOf(given);
  const number = (name: string, otherwise: number): number | bigint => {
    const value = source[name];
    return typeof value === 'bigint' || typeof value === 'number' ? value : otherwise;
  };
  const size = number('size', 0);
  const usual = type === 'directory' ? USUAL_DIRECTORY_PERMISSIONS : USUAL_PERMISSIONS;
  const mode = Number(number('mode', usual));
  const numbers = [
    number('dev', 0),
    (mode & constants.S_IFMT) === 0 ? mode | TYPE_BITS[type] : mode,
    number('nlink', 1),
    number('uid', 0),
    number('gid', 0),
    number('rdev', 0),
    number('blksize', 4096),
    number('ino', 0),
    size,
    number('blocks', Math.ceil(Number(size) / 512)),
  ];
  const modified = timeIn(source, 'mtime') ?? 0n;
  const times = ['atime', 'mtime', 'ctime', 'birthtime'].flatMap((name) =>
    secondsAndRest(timeIn(source, name) ?? modified),
  );
  const result = bigint
    ? makeBigIntStats(...([...numbers.map(exact), ...times] as Fields<bigint>))
    : makeStats(...([...numbers, ...times].map(Number) as Fields<number>));
  for (const [name, value] of Object.entries(source))
    if (typeof value !== 'function' && !(name in result))
      Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
  return result;
}

// 0 for NaN and Infinity, which no bigint can be.
function exact(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

const SECOND = 1_000_000_000n; // nanoseconds

/** A time as seconds since the epoch and nanoseconds, which are never negative. */
export function secondsAndRest(ns: bigint): [bigint, bigint] {
  const rest = ((ns % SECOND) + SECOND) % SECOND;
  return [(ns - rest) / SECOND, rest];
}

// Nanoseconds since the epoch.
function timeIn(source: Record<string, unknown>, name: string): bigint | undefined {
  const ns = source[`${name}Ns`];
  if (typeof ns === 'bigint') return ns;
  const ms = source[`${name}Ms`] ?? source[name];
  if (typeof ms === 'bigint') return ms * 1_000_000n;
  const number = ms instanceof Date ? ms.getTime() : ms;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  // A number has no room for all the nanoseconds since 1970.
  const whole = Math.floor(number);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((number - whole) * 1e6));
}
