// Checks of descriptors as arguments.
import { invalidArgType, outOfRange } from '../errors/index.js';

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
