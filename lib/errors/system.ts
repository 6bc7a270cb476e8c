// Errors from the operating system, in Node's shape. Only this module turns negative codes into errors.
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** An error like those of node:fs: `ENOENT: no such file or directory, open 'x'`. */
export interface SystemError extends Error {
  /** The symbolic name, such as `'ENOENT'`. */
  code: string;
  /** The error number of libuv, which is negative. */
  errno: number;
  /** The call that failed, such as `'open'`. */
  syscall: string;
  /** The path of the call. */
  path?: string;
  /** The second path of a rename, copy or link. */
  dest?: string;
  /** The number of bytes that had been written when a write stopped. */
  bytesWritten?: number;
}

type Names = ReadonlyMap<number, [string, string]>;

let names: Names | undefined;

// Errors for which libuv has no name.
const UNNAMED: readonly [name: keyof typeof constants.errno, description: string][] = [
  ['EBADMSG', 'bad message'],
  ['ECHILD', 'no child processes'],
  ['EDEADLK', 'resource deadlock avoided'],
  ['EDOM', 'numerical argument out of domain'],
  ['EDQUOT', 'disk quota exceeded'],
  ['EIDRM', 'identifier removed'],
  ['EINPROGRESS', 'operation now in progress'],
  ['EMULTIHOP', 'multihop attempted'],
  ['ENETRESET', 'network dropped connection on reset'],
  ['ENOEXEC', 'exec format error'],
  ['ENOLCK', 'no locks available'],
  ['ENOLINK', 'link has been severed'],
  ['ENOMSG', 'no message of desired type'],
  ['ENOSR', 'out of streams resources'],
  ['ENOSTR', 'device not a stream'],
  ['ESTALE', 'stale file handle'],
  ['ETIME', 'timer expired'],
];

function allNames(): Names {
  const known = new Map(getSystemErrorMap());
  for (const [name, description] of UNNAMED) {
    const errno = constants.errno[name] as number | undefined;
    if (errno !== undefined && !known.has(-errno)) known.set(-errno, [name, description]);
  }
  return known;
}

/** libuv's negative number for a symbolic name. On Windows it differs from the negated `os.constants.errno`. */
export function systemErrorNumber(name: keyof typeof constants.errno): number {
  names ??= allNames();
  for (const [errno, [each]] of names) if (each === name) return errno;
  return -constants.errno[name];
}

/** Makes the error without its stack trace. The settling code captures that where the caller awaits. */
export function systemError(
  errno: number,
  syscall: string,
  path?: string | Uint8Array,
  dest?: string | Uint8Array,
): SystemError {
  names ??= allNames();
  const [code, description] = names.get(errno) ?? [`Unknown system error ${errno}`, 'unknown error'];
  const from = path === undefined ? undefined : asText(path);
  const to = dest === undefined ? undefined : asText(dest);
  let message = `${code}: ${description}, ${syscall}`;
  if (from !== undefined) message += ` '${from}'`;
  if (to !== undefined) message += ` -> '${to}'`;
  const error = new Error(message) as SystemError;
  error.errno = errno;
  error.code = code;
  error.syscall = syscall;
  if (from !== undefined) error.path = from;
  if (to !== undefined) error.dest = to;
  return error;
}

function asText(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString();
}

/** Counts the bytes that earlier steps of a call have written in the error of the step that failed. */
export function addBytesWritten(error: unknown, before: number): void {
  if (before > 0 && error instanceof Error)
    (error as SystemError).bytesWritten = before + ((error as SystemError).bytesWritten ?? 0);
}

/** For the error of a write to a new file that does not replace the old one: none of its bytes are at the path. */
export function dropBytesWritten(error: unknown): void {
  if (error instanceof Error) delete (error as SystemError).bytesWritten;
}

/** The code of an error, such as `ENOENT`; undefined if the thrown value has none. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

/** Whether `error` says that the process, or the system, is out of descriptors. */
export function isDescriptorShortage(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'EMFILE' || code === 'ENFILE';
}
