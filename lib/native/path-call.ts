// System calls on paths: their numbers in src-native/core/tasks/path_call.h, and their names in messages of the diagnostics channel.
// There, a call on a link itself has the name of the call that follows links, except for `lstat`. Errors name all of them apart, as
// node:fs does.

const names: string[] = [];

function named(number: number, name: string): number {
  names[number] = name;
  return number;
}

export const ACCESS = named(1, 'access');
export const CHMOD = named(2, 'chmod');
export const CHOWN = named(3, 'chown');
export const UTIMES = named(4, 'utime');
export const REALPATH = named(5, 'realpath');
export const RENAME = named(6, 'rename');
export const UNLINK = named(7, 'unlink');
export const RMDIR = named(8, 'rmdir');
export const MKDIR = named(9, 'mkdir');
export const LINK = named(10, 'link');
export const SYMLINK = named(11, 'symlink');
export const READLINK = named(12, 'readlink');
export const STATVFS = named(13, 'statvfs');
export const TRUNCATE = named(14, 'truncate');
export const SAME_FILE = named(15, 'samefile');
export const SAME_OPEN_FILE = named(16, 'sameopenfile');
export const IS_MOUNT = named(17, 'ismount');
export const GET_ATTRIBUTE = named(18, 'getxattr');
export const SET_ATTRIBUTE = named(19, 'setxattr');
export const LIST_ATTRIBUTES = named(20, 'listxattr');
export const REMOVE_ATTRIBUTE = named(21, 'removexattr');
export const SYNC_DIRECTORY = named(22, 'fsync');
export const OPEN = named(23, 'open');
export const STAT = named(24, 'stat');

/** The first byte of a positive answer. */
export const YES = '1'.charCodeAt(0);

/** The name of the call that a task's numbers begin with. */
export function pathCallName([call, ofLink]: readonly (number | bigint)[]): string {
  return call === STAT && ofLink === 1 ? 'lstat' : (names[Number(call)] ?? 'task');
}
