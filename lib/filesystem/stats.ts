// Completes the status that a file system returns to node:fs Stats.
import { type BigIntStats, constants, type Stats, statSync } from 'node:fs';

import type { EntryType, StatsLike } from './filesystem.js';

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

const NUMBERS = ['dev', 'ino', 'nlink', 'uid', 'gid', 'rdev', 'blocks'] as const;
const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'] as const;
const USUAL_PERMISSIONS = 0o666;
const USUAL_DIRECTORY_PERMISSIONS = 0o777;

let prototypes: { plain: object; exact: object } | undefined;

// Of the running Node's own classes, so that `instanceof` holds and the methods are its own.
function stats(exact: boolean): object {
  prototypes ??= {
    plain: Object.getPrototypeOf(statSync(process.execPath)) as object,
    exact: Object.getPrototypeOf(statSync(process.execPath, { bigint: true })) as object,
  };
  return Object.create(exact ? prototypes.exact : prototypes.plain) as object;
}

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
  const number = (name: string, otherwise: number): number => {
    const value = source[name];
    return typeof value === 'bigint' ? Number(value) : typeof value === 'number' ? value : otherwise;
  };
  const size = number('size', 0);
  const usual = type === 'directory' ? USUAL_DIRECTORY_PERMISSIONS : USUAL_PERMISSIONS;
  const mode = number('mode', usual);
  const numbers: Record<string, number> = {
    size,
    mode: (mode & constants.S_IFMT) === 0 ? mode | TYPE_BITS[type] : mode,
    blksize: number('blksize', 4096),
  };
  for (const name of NUMBERS) numbers[name] = number(name, name === 'nlink' ? 1 : 0);
  if (source.blocks === undefined) numbers.blocks = Math.ceil(size / 512);

  const result = stats(bigint) as Record<string, unknown>;
  const define = (name: string, value: unknown): void => {
    // Newer Nodes compute dates on the prototype.
    Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
  };
  for (const [name, value] of Object.entries(source)) {
    if (typeof value !== 'function' && !(name in result)) define(name, value);
  }
  for (const [name, value] of Object.entries(numbers))
    define(name, bigint ? BigInt(Math.trunc(value)) : value);
  const modified = timeIn(source, 'mtime') ?? 0n;
  for (const name of TIMES) {
    const ns = timeIn(source, name) ?? modified;
    define(name, new Date(Number(ns / 1_000_000n)));
    define(`${name}Ms`, bigint ? ns / 1_000_000n : Number(ns) / 1e6);
    if (bigint) define(`${name}Ns`, ns);
  }
  return result as unknown as Stats | BigIntStats;
}

// Nanoseconds since the epoch.
function timeIn(source: Record<string, unknown>, name: string): bigint | undefined {
  const ns = source[`${name}Ns`];
  if (typeof ns === 'bigint') return ns;
  const ms = source[`${name}Ms`] ?? source[name];
  if (typeof ms === 'bigint') return ms * 1_000_000n;
  const number = ms instanceof Date ? ms.getTime() : ms;
  return typeof number === 'number' && Number.isFinite(number) ? BigInt(Math.round(number * 1e6)) : undefined;
}
