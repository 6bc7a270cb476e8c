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
/** What can be asked of a file system, for rules and traces. */
export type OperationName = (typeof OPERATIONS)[number];

/** One operation that the file system was asked for. */
export interface Operation {
  /** What was asked of the file system. */
  readonly op: OperationName;
  /** The absolute path. */
  readonly path: string;
  /** The second path of rename and link; the target of symlink. */
  readonly dest?: string;
  /** How a file is opened: `fs.constants.O_*`. */
  readonly flags?: number;
  /** Where reading or writing begins; left out: at the file's own position, or at its end. */
  readonly position?: number;
  /** Bytes to read or write, or the new size. */
  readonly size?: number;
}

/** What an error of the system would say of an operation: its call, and the paths, which calls on open files do not name. */
export interface Failing {
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}

/** Does what is announced. `limit`: at most that many bytes. */
export type Proceed<T> = (limit?: number) => Promise<T>;
/** Stands between: announces, and proceeds or not. */
export type Between = <T>(
  operation: Operation,
  proceed: Proceed<T>,
  call: CallOptions | undefined,
  failing: Failing,
) => Promise<T>;
