// One system call on a path, by its number in src-native/core/tasks/path_call.h. beneath.ts makes them beneath a root.
import type { GivenOptions } from '../schedule/options.js';
import { PATH_CALL } from './task-kinds.js';
import { runTask } from './tasks.js';

export const ACCESS = 1;
export const CHMOD = 2;
export const CHOWN = 3;
export const UTIMES = 4;
export const REALPATH = 5;
export const RENAME = 6;
export const UNLINK = 7;
export const RMDIR = 8;
export const MKDIR = 9;
export const LINK = 10;
export const SYMLINK = 11;
export const READLINK = 12;
export const STATVFS = 13;
export const TRUNCATE = 14;
export const SAME_FILE = 15;
export const SAME_OPEN_FILE = 16;
export const IS_MOUNT = 17;
export const GET_ATTRIBUTE = 18;
export const SET_ATTRIBUTE = 19;
export const LIST_ATTRIBUTES = 20;
export const REMOVE_ATTRIBUTE = 21;
export const SYNC_DIRECTORY = 22;
export const OPEN = 23;
export const STAT = 24;

/** The first byte of a positive answer. */
export const YES = '1'.charCodeAt(0);

/** Makes the call and resolves to its answer. */
export function pathCall(
  call: number,
  paths: readonly (string | Uint8Array)[],
  numbers: readonly (number | bigint)[],
  o: GivenOptions,
): Promise<Buffer> {
  return runTask(PATH_CALL, paths, [call, ...numbers], o);
}

/** The same for calls that answer yes or no. */
export async function askPath(
  call: number,
  paths: readonly (string | Uint8Array)[],
  numbers: readonly (number | bigint)[],
  o: GivenOptions,
): Promise<boolean> {
  return (await pathCall(call, paths, numbers, o))[0] === YES;
}
