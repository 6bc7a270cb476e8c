// Errors of requests, made from what the addon reports.
import { ClosedFileError, invalidView, systemError, TimeoutError } from '../errors/index.js';
import { unreadBytes } from '../filesystem/open-file.js';
import { addon } from './addon.js';
import { allocate } from './memory.js';
import * as P from './protocol.js';
import { AS_VIEW, contexts, type Extra, extras, shapes } from './request-slots.js';

const TIMED_OUT = process.platform === 'win32' ? -4039 : process.platform === 'linux' ? -110 : -60; // UV_ETIMEDOUT
const CANCELLED = process.platform === 'win32' ? -4081 : process.platform === 'linux' ? -125 : -89; // UV_ECANCELED

const SYSCALLS: Readonly<Record<number, string | undefined>> = {
  [P.KIND_READ]: 'read',
  [P.KIND_READ_TO_END]: 'read',
  [P.KIND_WRITE]: 'write',
  [P.KIND_FSTAT]: 'fstat',
  [P.KIND_TRUNCATE]: 'ftruncate',
  [P.KIND_SYNC]: 'fsync',
  [P.KIND_DATASYNC]: 'fdatasync',
  [P.KIND_SEEK]: 'lseek',
  [P.KIND_CLOSE]: 'close',
};

/** The system call of a kind of operation. */
export const syscallOf = (kind: number): string => SYSCALLS[kind] ?? 'open';

/** The system call of a request without an extra. */
export function syscallIn(slot: number): string | undefined {
  if (shapes[slot] === AS_VIEW) return 'read';
  const context = contexts[slot];
  return typeof context === 'string' ? context : undefined;
}

/** The error of a request that failed with `errno`. */
export function failure(slot: number, errno: number, syscall: string): Error {
  const extra = extras[slot];
  // The addon noticed the deadline before the timer here did.
  if (extra?.timeout !== undefined && errno === TIMED_OUT) return new TimeoutError(extra.timeout);
  if (errno === CANCELLED) return new ClosedFileError('the file was closed while the read waited');
  return systemError(
    errno,
    syscall !== '' ? syscall : (extra?.syscall ?? (syscallIn(slot) as string)),
    extra?.path,
  );
}

const NO_ENTRY = process.platform === 'win32' ? -4058 : -2; // UV_ENOENT
// The system calls of two paths.
const WITH_TARGET = new Set(['rename', 'link', 'symlink', 'copyfile', 'cp']);

/** The error of a task that failed with `errno`. Its output is `syscall NUL path NUL dest`. */
export function taskFailure(extra: Extra | undefined, errno: number, output: Buffer): Error {
  // As above.
  if (extra?.timeout !== undefined && errno === TIMED_OUT) return new TimeoutError(extra.timeout);
  const [syscall = '', path = '', dest = ''] = output.toString().split('\0');
  // An empty field means no path, or an empty path, which is ENOENT. Calls without a path never fail with ENOENT.
  const missing = errno === NO_ENTRY;
  const hasPath = path !== '' || missing;
  const hasTarget = dest !== '' || (missing && WITH_TARGET.has(syscall));
  return systemError(errno, syscall, hasPath ? path : undefined, hasTarget ? dest : undefined);
}

/** If a call has read bytes after its caller was rejected, its error carries them to the layer above. */
export function keepUnread(bytes: unknown, reason: Error | undefined): void {
  if (reason !== undefined) Object.defineProperty(reason, unreadBytes, { value: bytes });
}

/**
 * The error of a read into a view that has changed since the call. The file's position has moved, so the error has the bytes, and
 * the layer above keeps them for the next read.
 */
export function copyLate(index: number, size: number, view: Uint8Array): Error {
  const late = allocate(size);
  const asked = addon.copyLate(index, late ?? Buffer.alloc(0));
  const error = invalidView(asked, view.byteLength);
  return late === undefined
    ? error
    : Object.defineProperty(error, unreadBytes, { value: late, configurable: true });
}
