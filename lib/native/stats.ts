// node:fs Stats and BigIntStats from the addon's 18 numbers, made by the running Node's own constructors.
//
// Those are private, their arguments have changed between versions, and so have the fields: own dates (Node 20), dates
// computed when they are read (22), nanoseconds under symbols (26). So they are asked for once, by a sample, and tried on
// it; a runtime whose constructors do something else gets objects of the same prototype with the fields set one by one.
import { type BigIntStats, type Stats, statSync } from 'node:fs';

type Fields<T> = { -readonly [K in keyof T]: T[K] };
type Maker<T, From> = (numbers: From, at: number) => T;
type NumberConstructor = new (...fields: number[]) => Stats;
type BigIntConstructor = new (...fields: bigint[]) => BigIntStats;

const FIELDS = 18;

/** Arguments of the constructors: ten fields and four times, or ten fields and four pairs of seconds and nanoseconds. */
const WITH_TIMES = 14;
const WITH_PAIRS = 18;

const sample = statSync(__filename);
const exactSample = statSync(__filename, { bigint: true });
const statsPrototype = Object.getPrototypeOf(sample) as object;
const bigIntPrototype = Object.getPrototypeOf(exactSample) as object;
const datesAreOwn = Object.prototype.hasOwnProperty.call(sample, 'atime');

// As Node: half a millisecond up, so that a date is the nearest millisecond.
const dateFrom = (ms: number): Date => new Date(Math.round(ms));

/** Milliseconds of the pair of seconds and nanoseconds at `i`. */
const milliseconds = (numbers: Float64Array, i: number): number => numbers[i]! * 1000 + numbers[i + 1]! / 1e6;

const nanoseconds = (numbers: BigInt64Array, i: number): bigint =>
  numbers[i]! * 1_000_000_000n + numbers[i + 1]!;

// Written out, since spreading 18 arguments costs more than making the object.
function fromTimes(Stats: NumberConstructor): Maker<Stats, Float64Array> {
  return (n, at) =>
    new Stats(
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
      milliseconds(n, at + 10),
      milliseconds(n, at + 12),
      milliseconds(n, at + 14),
      milliseconds(n, at + 16),
    );
}

function fromPairs(Stats: NumberConstructor): Maker<Stats, Float64Array> {
  return (n, at) =>
    new Stats(
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

function fromNanoseconds(Stats: BigIntConstructor): Maker<BigIntStats, BigInt64Array> {
  return (n, at) =>
    new Stats(
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
      nanoseconds(n, at + 10),
      nanoseconds(n, at + 12),
      nanoseconds(n, at + 14),
      nanoseconds(n, at + 16),
    );
}

const NAMES = ['dev', 'mode', 'nlink', 'uid', 'gid', 'rdev', 'blksize', 'ino', 'size', 'blocks'] as const;
const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'] as const;

function setOneByOne(n: Float64Array, at: number): Stats {
  const stats = Object.create(statsPrototype) as Fields<Stats>;
  NAMES.forEach((name, i) => (stats[name] = n[at + i]!));
  TIMES.forEach((name, i) => (stats[`${name}Ms`] = milliseconds(n, at + 10 + 2 * i)));
  if (datesAreOwn) for (const name of TIMES) stats[name] = dateFrom(stats[`${name}Ms`]);
  return stats;
}

function setOneByOneExactly(n: BigInt64Array, at: number): BigIntStats {
  const stats = Object.create(bigIntPrototype) as Fields<BigIntStats>;
  const times = TIMES.map((name, i) => [name, nanoseconds(n, at + 10 + 2 * i)] as const);
  NAMES.forEach((name, i) => (stats[name] = n[at + i]!));
  for (const [name, ns] of times) stats[`${name}Ms`] = ns / 1_000_000n;
  for (const [name, ns] of times) stats[`${name}Ns`] = ns;
  if (datesAreOwn) for (const [name] of times) stats[name] = dateFrom(Number(stats[`${name}Ms`]));
  return stats;
}

/** The sample's 18 numbers, as the addon gives them. */
function sampleNumbers(): BigInt64Array {
  const numbers = new BigInt64Array(FIELDS);
  NAMES.forEach((name, i) => (numbers[i] = exactSample[name]));
  TIMES.forEach((name, i) => {
    numbers[10 + 2 * i] = exactSample[`${name}Ns`] / 1_000_000_000n;
    numbers[11 + 2 * i] = exactSample[`${name}Ns`] % 1_000_000_000n;
  });
  return numbers;
}

/** `make`, or `instead` where what it makes of the sample's numbers is not like the sample. */
function tried<T extends object, From>(
  make: Maker<T, From>,
  instead: Maker<T, From>,
  from: From,
  like: T,
): Maker<T, From> {
  // Read by somebody meanwhile, the sample's access time is another. A symbol's number is a part of a time.
  const compared = Reflect.ownKeys(like).filter((key) => !/^atime|partialA/.test(key.toString()));
  try {
    const made = make(from, 0);
    const isAlike =
      Object.getPrototypeOf(made) === Object.getPrototypeOf(like) &&
      Reflect.ownKeys(made).length === Reflect.ownKeys(like).length &&
      compared.every((key) => Number(Reflect.get(made, key)) === Number(Reflect.get(like, key)));
    return isAlike ? make : instead;
  } catch {
    return instead;
  }
}

function numberMaker(): Maker<Stats, Float64Array> {
  const own = sample.constructor as NumberConstructor;
  const numbers: Float64Array = Float64Array.from(sampleNumbers(), Number);
  if (own.length === WITH_TIMES) return tried(fromTimes(own), setOneByOne, numbers, sample);
  if (own.length === WITH_PAIRS) return tried(fromPairs(own), setOneByOne, numbers, sample);
  return setOneByOne;
}

function bigIntMaker(): Maker<BigIntStats, BigInt64Array> {
  const own = exactSample.constructor as BigIntConstructor;
  if (own.length !== WITH_TIMES) return setOneByOneExactly;
  return tried(fromNanoseconds(own), setOneByOneExactly, sampleNumbers(), exactSample);
}

/** Stats from `numbers` at `at`. */
export const statsFrom: Maker<Stats, Float64Array> = numberMaker();

/** BigIntStats from `numbers` at `at`. */
export const bigIntStatsFrom: Maker<BigIntStats, BigInt64Array> = bigIntMaker();
