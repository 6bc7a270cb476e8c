// Errors of the memory file system, with the kernel's codes. The library adds the caller's path.
import type { constants } from 'node:os';

import { systemError, systemErrorNumber } from '../../errors/index.js';
import { startWithCaller } from '../errors.js';

/** A symbolic name such as `ENOENT`. */
type ErrorCode = keyof typeof constants.errno;

const numbers = new Map<ErrorCode, number>();

/** Throws the system's error of that name. Without `syscall`, the library names the call that it made. */
export function fail(code: ErrorCode, syscall?: string, bytesWritten?: number): never {
  let number = numbers.get(code);
  if (number === undefined) numbers.set(code, (number = systemErrorNumber(code)));
  const error = systemError(number, syscall ?? '');
  if (syscall === undefined) Reflect.deleteProperty(error, 'syscall');
  if (bytesWritten !== undefined) error.bytesWritten = bytesWritten;
  throw startWithCaller(error);
}
