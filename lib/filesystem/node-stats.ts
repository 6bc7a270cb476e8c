// node:fs Stats and BigIntStats, made by the running Node's own constructors.
//
// The constructors are private. Their arguments have changed between versions, and so have the fields: own dates (Node 20),
// dates computed when read (22), nanoseconds under symbols (26). So this module takes the constructors from a sample, and tests
// them on it. Where they behave differently, it sets the fields one by one on objects of the same prototype.
import { type BigIntStats, type Stats, statSync } from 'node:fs';
import { ownFile } from '../own-file.js';

/** The ten fields in the order of Node's constructor, then each time as seconds since the epoch and nanoseconds. */
export type Fields<N> = [
  dev: N,
  mode: N,
  nlink: N,
  uid: N,
  gid: N,
  rdev: N,
  blksize: N,
  ino: N,
  size: N,
  blocks: N,
  accessed: N,
  accessedNs: N,
  modified: N,
  modifiedNs: N,
  changed: N,
  changedNs: N,
  born: N,
  bornNs: N,
];
type Maker<N, T> = (...fields: Fields<N>) => T;
type Writable<T> = { -readonly [K in keyof T]: T[K] };
type NumberConstructor = new (...fields: number[]) => Stats;
type BigIntConstructor = new (...fields: bigint[]) => BigIntStats;

/** Arguments of the constructors: ten fields and four times, or ten fields and four pairs of seconds and nanoseconds. */
const WITH_TIMES = 14;
const WITH_PAIRS = 18;

const sample = statSync(ownFile);
const exactSample = statSync(ownFile, { bigint: true });
const statsPrototype = Object.getPrototypeOf(sample) as object;
const bigIntPrototype = Object.getPrototypeOf(exactSample) as object;
const datesAreOwn = Object.prototype.hasOwnProperty.call(sample, 'atime');

// As Node: half a millisecond up, so that a date is the nearest millisecond.
const dateFrom = (ms: number): Date => new Date(Math.round(ms));

const milliseconds = (seconds: number, ns: number): number => seconds * 1000 + ns / 1e6;

const nanoseconds = (seconds: bigint, ns: bigint): bigint => seconds * 1_000_000_000n + ns;

// Numbers are written out, since spreading 18 of them costs more than making the object. Bigints cost more anyway.
function fromTimes(Stats: NumberConstructor): Maker<number, Stats> {
  return (dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, a, aNs, m, mNs, c, cNs, b, bNs) =>
    new Stats(
      dev,
      mode,
      nlink,
      uid,
      gid,
      rdev,
      blksize,
      ino,
      size,
      blocks,
      milliseconds(a, aNs),
      milliseconds(m, mNs),
      milliseconds(c, cNs),
      milliseconds(b, bNs),
    );
}

function fromPairs(Stats: NumberConstructor): Maker<number, Stats> {
  return (dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, a, aNs, m, mNs, c, cNs, b, bNs) =>
    new Stats(dev, mode, nlink, uid, gid, rdev, blksize, ino, size, blocks, a, aNs, m, mNs, c, cNs, b, bNs);
}

function fromNanoseconds(Stats: BigIntConstructor): Maker<bigint, BigIntStats> {
  return (...fields) => new Stats(...fields.slice(0, NAMES.length), ...timesIn(fields));
}

const NAMES = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks'] as const;
const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'] as const;

/** The four times of these fields, each in nanoseconds. */
const timesIn = (fields: Fields<bigint>): bigint[] =>
  TIMES.map((_, i) => nanoseconds(fields[10 + 2 * i]!, fields[11 + 2 * i]!));

const setOneByOne: Maker<number, Stats> = (...fields) => {
  const stats = Object.create(statsPrototype) as Writable<Stats>;
  NAMES.forEach((name, i) => (stats[name] = fields[i]!));
  TIMES.forEach((name, i) => (stats[`${name}Ms`] = milliseconds(fields[10 + 2 * i]!, fields[11 + 2 * i]!)));
  if (datesAreOwn) for (const name of TIMES) stats[name] = dateFrom(stats[`${name}Ms`]);
  return stats;
};

const setOneByOneExactly: Maker<bigint, BigIntStats> = (...fields) => {
  const stats = Object.create(bigIntPrototype) as Writable<BigIntStats>;
  const times = timesIn(fields).map((ns, i) => [TIMES[i]!, ns] as const);
  NAMES.forEach((name, i) => (stats[name] = fields[i]!));
  for (const [name, ns] of times) stats[`${name}Ms`] = ns / 1_000_000n;
  for (const [name, ns] of times) stats[`${name}Ns`] = ns;
  if (datesAreOwn) for (const [name] of times) stats[name] = dateFrom(Number(stats[`${name}Ms`]));
  return stats;
};

/** The sample's 18 numbers. */
function sampleFields(): Fields<bigint> {
  const times = TIMES.flatMap((name) => {
    const ns = exactSample[`${name}Ns`];
    return [ns / 1_000_000_000n, ns % 1_000_000_000n];
  });
  return [...NAMES.map((name) => exactSample[name]), ...times] as Fields<bigint>;
}

/** `make`, or `instead` where what it makes of the sample's numbers is not like the sample. */
function tried<N, T extends object>(
  make: Maker<N, T>,
  instead: Maker<N, T>,
  fields: Fields<N>,
  like: T,
): Maker<N, T> {
  // If somebody reads the sample meanwhile, its access time changes. A symbol's number is a part of a time.
  const compared = Reflect.ownKeys(like).filter((key) => !/^atime|partialA/.test(key.toString()));
  try {
    const made = make(...fields);
    const isAlike =
      Object.getPrototypeOf(made) === Object.getPrototypeOf(like) &&
      Reflect.ownKeys(made).length === Reflect.ownKeys(like).length &&
      compared.every((key) => Number(Reflect.get(made, key)) === Number(Reflect.get(like, key)));
    return isAlike ? make : instead;
  } catch {
    return instead;
  }
}

function numberMaker(): Maker<number, Stats> {
  const own = sample.constructor as NumberConstructor;
  const fields = sampleFields().map(Number) as Fields<number>;
  if (own.length === WITH_TIMES) return tried(fromTimes(own), setOneByOne, fields, sample);
  if (own.length === WITH_PAIRS) return tried(fromPairs(own), setOneByOne, fields, sample);
  return setOneByOne;
}

function bigIntMaker(): Maker<bigint, BigIntStats> {
  const own = exactSample.constructor as BigIntConstructor;
  if (own.length !== WITH_TIMES) return setOneByOneExactly;
  return tried(fromNanoseconds(own), setOneByOneExactly, sampleFields(), exactSample);
}

/** Stats of these fields. */
export const makeStats: Maker<number, Stats> = numberMaker();

/** BigIntStats of these fields. */
export const makeBigIntStats: Maker<bigint, BigIntStats> = bigIntMaker();
