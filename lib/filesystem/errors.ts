// Errors of file systems, completed to Node's shape with the path that the caller gave.
import { constants } from 'node:os';

import {
  AbortError,
  addBytesWritten,
  codeOf,
  type SystemError,
  systemError,
  systemErrorNumber,
  TimeoutError,
  UnsupportedOperationError,
} from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { endOf } from '../schedule/watch-call.js';
import type { Capabilities, FilePath } from './filesystem.js';
import { textOf } from './mounted-path.js';

/** The code of a path that leads outside of `beneath(root)`. */
const OUTSIDE_ROOT = 'ERR_OUTSIDE_ROOT';

/** A symbolic name such as `ENOENT`. */
export type ErrorCode = keyof typeof constants.errno;

/**
 * Creates an error with the properties and the message of node:fs errors: `ENOENT: no such file or directory, open '/x'`.
 * @param code the symbolic name
 * @param syscall the call that failed, such as `open`
 * @returns the error, with `code`, `errno`, `syscall`, `path` and `dest`
 * @throws nothing
 * @cancelling does no I/O, and takes no signal
 * @platforms the same on Linux, macOS and Windows
 * @example throw fileSystemError('ENOENT', 'open', path);
 */
export function fileSystemError(
  code: ErrorCode,
  syscall: string,
  path?: FilePath,
  dest?: FilePath,
): SystemError {
  return systemError(systemErrorNumber(code), syscall, path, dest);
}

/**
 * Completes an error that a file system threw with its message, `errno`, `syscall` and the caller's paths, and its stack with the
 * lines of this call. Errors without a system's code, such as an AbortError, stay unchanged, and so do those of `keepAsGiven`.
 */
export function completeError(error: unknown, syscall: string, path?: FilePath, dest?: FilePath): unknown {
  if (!(error instanceof Error) || isKept(error)) return error;
  const given: Partial<SystemError> & Error = error;
  if (given.code === OUTSIDE_ROOT) return nameGivenPath(given, path, dest);
  if (typeof given.code !== 'string' || !(given.code in constants.errno)) return error;
  const whole = fileSystemError(given.code as ErrorCode, given.syscall ?? syscall, path, dest);
  error.message = whole.message;
  const { errno, syscall: call, path: from, dest: to } = whole;
  Object.assign(error, {
    errno,
    syscall: call,
    ...(from !== undefined && { path: from }),
    ...(to !== undefined && { dest: to }),
  });
  captureBelow(error, completeError);
  return error;
}

/**
 * The library's error for the end of a call, instead of the one that a file system passes on: the reason of the signal, or the
 * AbortError of `fetch`. It has the `bytesWritten` of that error. All other errors stay unchanged.
 */
export function orEnd(error: unknown, o: OpOptions | undefined): unknown {
  if (error instanceof AbortError || error instanceof TimeoutError) return error;
  const ended = endOf(o);
  if (ended === undefined) return error;
  const name = error instanceof Error ? error.name : undefined;
  const isEnd = error === o?.signal?.reason || name === 'AbortError' || name === 'TimeoutError';
  if (!isEnd) return error;
  addBytesWritten(ended, (error as Partial<SystemError> | null | undefined)?.bytesWritten ?? 0);
  return ended;
}

// It is not known which of two paths leads outside.
function nameGivenPath(
  error: Error & { path?: string; dest?: string },
  path?: FilePath,
  dest?: FilePath,
): Error {
  if (path === undefined) return error;
  const from = textOf(path);
  const to = dest === undefined ? undefined : textOf(dest);
  const both = to === undefined ? `'${from}'` : `'${from}' -> '${to}'`;
  error.message = error.message.replace(/'.*'$/s, () => both);
  error.path = from;
  if (to !== undefined) error.dest = to;
  captureBelow(error, completeError);
  return error;
}

/** A system error with the call and the paths of the whole job instead of those of a step. Other errors stay unchanged. */
export function errorOfCall(error: unknown, syscall: string, path: FilePath, dest?: FilePath): unknown {
  if (!isSystemError(error) || isKept(error)) return error;
  return completeError(Object.assign(error as Error, { syscall }), syscall, path, dest);
}

// The lines in the stacks of errors as their file systems threw them.
const thrownAt = new WeakMap<Error, string[]>();

/**
 * Sets the stack of an error that a file system threw to the lines where it was thrown, and below them those of the caller of
 * `below`: there may be no room for the caller's line among the ten that V8 keeps.
 */
export function captureBelow(error: Error, below: (...args: never[]) => unknown): void {
  let own = thrownAt.get(error);
  if (own === undefined) thrownAt.set(error, (own = linesOf(error)));
  Error.captureStackTrace(error, below);
  if (own.length === 0) return;
  const lines = linesOf(error).filter((line) => !own.includes(line));
  error.stack = [String(error), ...own, ...lines].join('\n');
}

function linesOf({ stack }: Error): string[] {
  return String(stack)
    .split('\n')
    .filter((line) => line.startsWith('    at '));
}

/** Records that `error` comes from code of the library, whose lines tell callers nothing. */
export function startWithCaller<E extends Error>(error: E): E {
  thrownAt.set(error, []);
  return error;
}

/**
 * Sets the stack of a system error to the lines of the caller of `below`, under those of a program's own file system. For calls
 * with many steps, whose own lines leave no room for it.
 */
export function nameCaller(error: unknown, below: (...args: never[]) => unknown): void {
  if (!(error instanceof Error) || !isSystemError(error) || isKept(error)) return;
  if (!thrownAt.has(error)) thrownAt.set(error, []);
  captureBelow(error, below);
}

const kept = new WeakSet();

/** Lets `error` reach its caller unchanged. */
export function keepAsGiven(error: Error): void {
  kept.add(error);
}

/** Whether the error was passed to `keepAsGiven`. */
export const isKept = (error: unknown): boolean => kept.has(error as Error);

/**
 * Whether an error is one of the system. All others, such as those of `noFiles`, aborts and arguments, end the whole
 * operation.
 */
export function isSystemError(error: unknown): boolean {
  return typeof (error as { errno?: unknown } | null)?.errno === 'number';
}

/** Whether an error is about one path. Such errors do not end an operation on many. */
export function isErrorOfPath(error: unknown): boolean {
  return isSystemError(error) || codeOf(error) === OUTSIDE_ROOT;
}

/** The result of a question about a path if the system refuses to answer it. Throws any other error. */
export function falseWhereTheSystemRefuses(error: unknown): false {
  if (isSystemError(error)) return false;
  throw error;
}

/** The error of an operation that a file system does not support. */
export function lacking(fileSystem: string, capability: keyof Capabilities, what: string): Error {
  return new UnsupportedOperationError(
    `the file system '${fileSystem}' cannot ${what}: it lacks the capability '${capability}'`,
  );
}
