// Argument errors in Node's shape: `TypeError [CODE]: The "name" argument ...`, with what was expected and what was
// received.
import { constants } from 'node:buffer';
import { inspect } from 'node:util';

type CodedError = Error & { code: string };

function coded(error: Error, code: string, omit: (...args: never[]) => unknown): CodedError {
  // As in Node's own errors, the code is in the first line of the stack, but not in `name`.
  const name = error.name;
  error.name = `${name} [${code}]`;
  Error.captureStackTrace(error, omit);
  void error.stack;
  Object.defineProperty(error, 'name', {
    value: name,
    enumerable: false,
    configurable: true,
    writable: true,
  });
  (error as CodedError).code = code;
  return error as CodedError;
}

// Looking at a value can run its code: a getter or a proxy that throws must not take the place of the error.
function shown(value: unknown): string {
  let text: string;
  try {
    text = inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: LONGEST });
  } catch {
    text = `type ${typeof value}`;
  }
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

const LONGEST = 120;

function typeShown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'function' && typeof value !== 'object')
    return `type ${typeof value} (${shown(value)})`;
  const name = nameOf(value);
  if (typeof value === 'function') return `function ${name}`;
  return name === '' ? shown(value) : `an instance of ${name}`;
}

function nameOf(value: object): string {
  try {
    const named = typeof value === 'function' ? value : (value as { constructor?: unknown }).constructor;
    const name = (named as { name?: unknown } | undefined)?.name;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}

/** `TypeError` `ERR_INVALID_ARG_TYPE`: `name` must be `expected`. */
export function invalidArgType(name: string, expected: string, actual: unknown): CodedError {
  const kind = name.includes('.') ? 'property' : 'argument';
  const message = `The "${name}" ${kind} must be ${expected}. Received ${typeShown(actual)}`;
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE', invalidArgType);
}

/** `TypeError` `ERR_INVALID_ARG_VALUE`: `reason` continues the sentence, such as `must be one of 0, 1, 2`. */
export function invalidArgValue(name: string, value: unknown, reason = 'is invalid'): CodedError {
  const kind = name.includes('.') ? 'property' : 'argument';
  const message = `The ${kind} '${name}' ${reason}. Received ${shown(value)}`;
  return coded(new TypeError(message), 'ERR_INVALID_ARG_VALUE', invalidArgValue);
}

// As in Node, with separators in large integers.
function numberShown(value: unknown): string {
  const isLarge =
    (typeof value === 'bigint' && (value > LARGE || value < -LARGE)) ||
    (Number.isInteger(value) && Math.abs(value as number) > LARGE);
  return isLarge ? shown(value).replace(/\B(?=(\d{3})+(?!\d))/g, '_') : shown(value);
}

const LARGE = 2 ** 32;

/** `RangeError` `ERR_OUT_OF_RANGE`: `range` continues "It must be ...". */
export function outOfRange(name: string, range: string, actual: unknown): CodedError {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${numberShown(actual)}`;
  return coded(new RangeError(message), 'ERR_OUT_OF_RANGE', outOfRange);
}

/** `ERR_STRING_TOO_LONG`, as in Node. */
export function stringTooLong(): CodedError {
  const most = `0x${constants.MAX_STRING_LENGTH.toString(16)}`;
  const message = `Cannot create a string longer than ${most} characters`;
  return coded(new Error(message), 'ERR_STRING_TOO_LONG', stringTooLong);
}

/** `ERR_INVALID_STATE`: memory or a handle changed under a running operation. */
export function invalidState(message: string): CodedError {
  return coded(new Error(message), 'ERR_INVALID_STATE', invalidState);
}

/** The same for a view whose length has changed from `then` to `now` while it was read into. */
export function invalidView(then: number, now: number): CodedError {
  const what = now === 0 ? 'detached or shrunk' : 'resized';
  const message = `The view was ${what} while it was being read into: ${then} bytes at the call, ${now} now`;
  return coded(new Error(message), 'ERR_INVALID_STATE', invalidView);
}
