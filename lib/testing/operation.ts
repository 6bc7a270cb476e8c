// Operations on files, as faults and traces see them.
import type { CallOptions } from '../filesystem/filesystem.js';

/** The names of operations. */
export const OPERATIONS = [
  'open',
  'read',
  'write',
  'truncate',
  'sync',
  'close',
  'stat',
  'list',
  'unlink',
  'mkdir',
  'rmdir',
  'rename',
  'link',
  'symlink',
  'readlink',
  'realpath',
  'access',
  'statvfs',
  'chmod',
  'chown',
  'utimes',
  'lock',
  'unlock',
  'getxattr',
  'setxattr',
  'listxattr',
  'removexattr',
] as const;
/** The operations of a file system, for rules and traces. */
export type OperationName = (typeof OPERATIONS)[number];

/** One operation that was requested from a file system. */
export interface Operation {
  /** The name of the operation. */
  readonly op: OperationName;
  /** The absolute path. */
  readonly path: string;
  /** The second path of rename and link; the target of symlink. */
  readonly dest?: string;
  /** How a file is opened: `fs.constants.O_*`. */
  readonly flags?: number;
  /** Where reading or writing begins. Missing if it is the file's own position or its end. */
  readonly position?: number;
  /** The number of bytes to read or write, or the new size. */
  readonly size?: number;
}

/** The properties of a system error for an operation: its system call, and its paths, which are missing for open files. */
export interface Failing {
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}

/** Performs the announced operation, with at most `limit` bytes. */
export type Proceed<T> = (limit?: number) => Promise<T>;
/** Receives each announced operation, and calls `proceed` or rejects. */
export type Between = <T>(
  operation: Operation,
  proceed: Proceed<T>,
  call: CallOptions | undefined,
  failing: Failing,
) => Promise<T>;
