// Operations on names beneath a root directory. No path and no link leads out of it (src-native/core/tasks/beneath.h).
import { constants } from 'node:fs';

import { startWithCaller } from '../filesystem/errors.js';
import type { OpOptions } from '../schedule/options.js';
import { withDescriptors } from './descriptor-wait.js';
import { int32At, uint64At } from './records.js';
import type { OpenedRecord } from './requests.js';
import { BENEATH, SCAN_DIRECTORY } from './task-kinds.js';
import { startTask, TaskCursor } from './tasks.js';

// BeneathCall
const OPEN = 1;
export const STAT_BENEATH = 2;
export const ACCESS_BENEATH = 3;
export const CHMOD_BENEATH = 4;
export const CHOWN_BENEATH = 5;
export const UTIMES_BENEATH = 6;
export const TRUNCATE_BENEATH = 7;
export const UNLINK_BENEATH = 8;
export const RMDIR_BENEATH = 9;
export const MKDIR_BENEATH = 10;
export const READLINK_BENEATH = 11;
export const SYMLINK_BENEATH = 12;
export const LINK_BENEATH = 13;
export const RENAME_BENEATH = 14;
export const REALPATH_BENEATH = 15;
export const STATVFS_BENEATH = 16;

/** BeneathFlags: resolves component by component, as on systems without openat2. */
export const STEPWISE = 1;

/** A root directory: its path, or a descriptor, which the caller keeps. */
type Root = string | Uint8Array | number;

const pathOf = (root: Root): string | Uint8Array => (typeof root === 'number' ? '' : root);
const descriptorOf = (root: Root): number => (typeof root === 'number' ? root : -1);

/** The error of a path that leads out of the root. */
function outsideRoot(path: string | Uint8Array, cause: unknown): Error {
  const shown = typeof path === 'string' ? path : Buffer.from(path).toString();
  const error = new Error(`The path leads outside of the root directory: '${shown}'`, { cause });
  return startWithCaller(Object.assign(error, { code: 'ERR_OUTSIDE_ROOT', path: shown }));
}

/** Turns the error of a task beneath a root (`scanBeneath`) into ERR_OUTSIDE_ROOT if that is its meaning. */
export function explained(error: unknown, path: string | Uint8Array): unknown {
  if ((error as { syscall?: unknown }).syscall === 'beneath') return outsideRoot(path, error);
  return startWithCaller(error as Error);
}

/**
 * Performs one call on `paths` beneath `root`.
 * @param paths relative to the root; the second one is the new name of a link or a rename
 * @returns the call's answer, as the header describes it
 * @throws Error ERR_OUTSIDE_ROOT; the system's errors in Node's shape, with the syscall `root` if the root cannot be opened
 */
export async function callBeneath(
  root: Root,
  call: number,
  paths: readonly (string | Uint8Array)[],
  numbers: readonly (number | bigint)[],
  o?: OpOptions,
  flags = 0,
): Promise<Buffer> {
  const bytes = [pathOf(root), ...paths];
  const all = [call, descriptorOf(root), flags, ...numbers];
  const once = (): Promise<{ output: Buffer }> => startTask(BENEATH, bytes, all, o);
  try {
    return (await withDescriptors(once, o)).output;
  } catch (error) {
    throw explained(error, paths[0] as string | Uint8Array);
  }
}

/**
 * Opens `path` beneath `root`. Directories need O_DIRECTORY. Opening a FIFO without readers for writing rejects with ENXIO.
 * @returns the record for a NativeFile
 */
export async function openBeneath(
  root: Root,
  path: string | Uint8Array,
  flags: number,
  permissions: number,
  o?: OpOptions,
  how = 0,
): Promise<OpenedRecord> {
  const numbers = [OPEN, descriptorOf(root), how, flags, permissions];
  const once = (): ReturnType<typeof startTask> => startTask(BENEATH, [pathOf(root), path], numbers, o);
  try {
    const { output, file, fd } = await withDescriptors(once, o);
    return {
      fd,
      id: file,
      kind: int32At(output, 0),
      seekable: int32At(output, 4) !== 0,
      access: int32At(output, 12),
      position: uint64At(output, 16),
      size: uint64At(output, 24),
    };
  } catch (error) {
    throw explained(error, path);
  }
}

/** A cursor over the entries of the directory `path`, in the batches of SCAN_DIRECTORY. */
export function scanBeneath(root: Root, path: string | Uint8Array, how = 0): TaskCursor {
  return new TaskCursor(SCAN_DIRECTORY, [pathOf(root), path], [0, descriptorOf(root), how]);
}

/** Flags with which a directory is opened to serve as a root. */
export const ROOT_FLAGS: number = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);
