// Node's SystemError, with which `rm` and `cp` reject.
import { codeOf, systemError } from '../errors/index.js';
import { isKept } from '../filesystem/errors.js';
import { type PlainPath, textOf } from './arguments.js';

/** The properties of the error. */
interface ErrorContext {
  readonly syscall: string;
  readonly code: string;
  readonly errno: number;
  readonly message: string;
  readonly path: PlainPath;
  readonly dest?: PlainPath | undefined;
}

/** An error with the code, the message and the fields of Node's error. `prefix` explains the code. */
export function fileSystemError(code: string, prefix: string, context: ErrorContext): Error {
  const path = textOf(context.path);
  const dest = context.dest === undefined ? undefined : textOf(context.dest);
  let message = `${prefix}: ${context.syscall} returned ${context.code} (${context.message}) ${path}`;
  if (dest !== undefined) message += ` => ${dest}`;
  const error = new Error(message);
  Object.defineProperty(error, 'name', {
    value: 'SystemError',
    enumerable: false,
    configurable: true,
    writable: true,
  });
  // Node's `info` has bytes where the caller has given bytes.
  const info = { ...context };
  const { errno, syscall } = context;
  return Object.assign(error, { code, info, errno, syscall, path }, dest === undefined ? {} : { dest });
}

/** Undefined if the error says that nothing is there (ENOENT). Throws any other error. */
export function undefinedWhereMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** The same error of the system, with the name of the call that the program made. */
export function renamed(error: unknown, syscall: string, path: PlainPath, dest?: PlainPath): unknown {
  const { errno } = error as { errno?: unknown };
  return typeof errno === 'number' && !isKept(error) ? systemError(errno, syscall, path, dest) : error;
}
