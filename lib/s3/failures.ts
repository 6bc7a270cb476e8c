// Turns a store's errors into Node's. Only this module knows what S3's codes mean.
import { constants } from 'node:os';

import {
  AbortError,
  systemError,
  systemErrorNumber,
  TimeoutError,
  UnsupportedOperationError,
} from '../errors/index.js';
import { startWithCaller } from '../filesystem/errors.js';
import { ObjectStoreError } from './object-store.js';

type SystemCode = keyof typeof constants.errno;

/** Codes of S3 and similar servers that are more specific than their status. */
const BY_CODE: Readonly<Record<string, SystemCode>> = {
  NoSuchKey: 'ENOENT',
  NoSuchBucket: 'ENOENT',
  NotFound: 'ENOENT',
  AccessDenied: 'EACCES',
  CredentialsProviderError: 'EACCES',
  ExpiredToken: 'EACCES',
  InvalidToken: 'EACCES',
  TokenRefreshRequired: 'EACCES',
  SlowDown: 'EAGAIN',
  ServiceUnavailable: 'EAGAIN',
  RequestLimitExceeded: 'EAGAIN',
  TooManyRequests: 'EAGAIN',
  Throttling: 'EAGAIN',
  ThrottlingException: 'EAGAIN',
  ConditionalRequestConflict: 'EAGAIN',
  OperationAborted: 'EAGAIN',
  KeyTooLongError: 'ENAMETOOLONG',
  KeyTooLong: 'ENAMETOOLONG',
  EntityTooLarge: 'EFBIG',
  InvalidBucketName: 'EINVAL',
  QuotaExceeded: 'EDQUOT',
  QuotaExceededException: 'EDQUOT',
  RequestTimeout: 'ETIMEDOUT',
  TimeoutError: 'ETIMEDOUT',
};

const BY_STATUS: Readonly<Record<number, SystemCode>> = {
  400: 'EINVAL',
  401: 'EACCES',
  403: 'EACCES',
  404: 'ENOENT',
  408: 'ETIMEDOUT',
  409: 'EAGAIN',
  412: 'ESTALE',
  413: 'EFBIG',
  429: 'EAGAIN',
  503: 'EAGAIN',
  507: 'ENOSPC',
};

/** An error in Node's shape, without a path: the library adds the one that its caller gave. */
export function failed(code: SystemCode, syscall: string, cause?: unknown): Error {
  const error = systemError(systemErrorNumber(code), syscall);
  if (cause !== undefined) error.cause = cause;
  return startWithCaller(error);
}

/** The error of an operation that these files do not support, before any request. */
export function unsupported(capability: string, why: string): UnsupportedOperationError {
  return new UnsupportedOperationError(`s3 does not support ${capability}: ${why}`);
}

/**
 * The error that the caller of a failed request gets.
 * @param error what the store rejected with
 * @param syscall the name of the call in the error's message
 */
export function translated(error: unknown, syscall: string): Error {
  if (error instanceof AbortError || error instanceof TimeoutError) return error;
  if (error instanceof UnsupportedOperationError) return error;
  // Already in Node's shape.
  if (error instanceof Error && 'syscall' in error) return error;
  if (!(error instanceof ObjectStoreError)) return failed('EIO', syscall, error);
  const cause = error.cause ?? error;
  const { code, status } = error;
  if (status === 501) return Object.assign(unsupported(syscall, 'the server reports this (501)'), { cause });
  const known =
    (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined) ??
    (status === undefined ? undefined : (BY_STATUS[status] ?? 'EIO'));
  if (known !== undefined) return failed(known, syscall, cause);
  if (code in constants.errno) return failed(code as SystemCode, syscall, cause);
  return /^E[A-Z_]+$/.test(code)
    ? unnamed(code, syscall, error.message, cause)
    : failed('EIO', syscall, cause);
}

// Codes of the resolver, such as ENOTFOUND, have no number among the system's.
function unnamed(code: string, syscall: string, message: string, cause: unknown): Error {
  const { errno } = cause as { errno?: unknown };
  const error = new Error(`${code}: ${message}, ${syscall}`, { cause });
  return Object.assign(error, { code, syscall, errno: typeof errno === 'number' ? errno : -1 });
}

/** Whether the server answered that the key or the bucket does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 404;
}

/** Whether the server denied access with these credentials. */
export function isDenied(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 403;
}

/** Whether the request was denied for its time or its credentials, which the client may renew. */
export function isExpired(error: unknown): boolean {
  return error instanceof ObjectStoreError && EXPIRED.has(error.code);
}

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'RequestExpired', 'RequestTimeTooSkewed']);

/** Whether a condition of the request did not hold. */
export function isRefused(error: unknown): boolean {
  return error instanceof ObjectStoreError && error.status === 412;
}
