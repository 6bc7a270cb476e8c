// Checks of sizes, positions, counts and descriptors: exact integers or an error, before any system call.
import { constants } from 'node:buffer';

import { invalidArgType, outOfRange } from '../errors/index.js';

const LARGEST_OFFSET = 2n ** 63n - 1n;

/** An absolute position in bytes: a non-negative safe integer, or a bigint up to 2^63-1. */
export function checkPosition(value: unknown, name: string): number | bigint {
  if (typeof value === 'number') {
    if (value >= 0 && Number.isSafeInteger(value)) return value + 0; // -0 is 0
  } else if (typeof value === 'bigint' && value >= 0n && value <= LARGEST_OFFSET) {
    return value <= 9007199254740991n ? Number(value) : value;
  }
  throw outOfRange(name, 'an integer >= 0 && <= 2 ** 53 - 1, or a bigint >= 0n && <= 2n ** 63n - 1n', value);
}

/** An offset that may be negative: for seeks relative to the position or the end. */
export function checkOffset(value: unknown, name: string): number | bigint {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value + 0;
  } else if (typeof value === 'bigint' && value >= -LARGEST_OFFSET && value <= LARGEST_OFFSET) {
    return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
  }
  throw outOfRange(name, 'an integer >= -(2 ** 53 - 1) && <= 2 ** 53 - 1, or a bigint within 63 bits', value);
}

/** A count of bytes or elements. */
export function checkCount(value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value;
  if (typeof value === 'bigint' && value >= 0n && value <= 9007199254740991n) return Number(value);
  throw outOfRange(name, 'an integer >= 0 && <= 2 ** 53 - 1', value);
}

/** An optional count. Undefined, null and negative integers mean "no limit", and return -1. */
export function checkLimit(value: unknown, name: string): number {
  if (value === undefined || value === null) return -1;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value < 0 ? -1 : value;
  if (typeof value === 'bigint' && value <= 9007199254740991n) return value < 0n ? -1 : Number(value);
  throw outOfRange(name, 'an integer <= 2 ** 53 - 1 (negative or null: no limit)', value);
}

/** A size that fits into one Buffer of this Node. */
export function checkSize(value: unknown, name: string): number {
  const size = checkCount(value, name);
  const { MAX_LENGTH } = constants;
  if (size > MAX_LENGTH) throw outOfRange(name, `<= ${MAX_LENGTH}, the largest Buffer`, value);
  return size;
}

/** @throws TypeError ERR_INVALID_ARG_TYPE, RangeError ERR_OUT_OF_RANGE */
export function checkDescriptor(fd: unknown, name: string): number {
  if (typeof fd !== 'number') throw invalidArgType(name, 'of type number', fd);
  if (!isDescriptor(fd)) throw outOfRange(name, '>= 0 && <= 2147483647', fd);
  return fd;
}

/** Whether a value can be a descriptor. */
export function isDescriptor(fd: unknown): fd is number {
  return Number.isInteger(fd) && (fd as number) >= 0 && (fd as number) <= 0x7fffffff;
}
