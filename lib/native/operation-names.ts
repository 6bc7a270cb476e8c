// The name and the path of tasks in messages of the diagnostics channel.
import * as K from './task-kinds.js';

// A call on a link itself has the name of the call that follows links, except for `lstat`. Errors name all of them apart, as node:fs
// does.

/** In the order of src-native/core/tasks/path_call.h, which counts from 1. */
const PATH_CALLS: readonly string[] = [
  'access',
  'chmod',
  'chown',
  'utime',
  'realpath',
  'rename',
  'unlink',
  'rmdir',
  'mkdir',
  'link',
  'symlink',
  'readlink',
  'statvfs',
  'truncate',
  'samefile',
  'sameopenfile',
  'ismount',
  'getxattr',
  'setxattr',
  'listxattr',
  'removexattr',
  'fsync',
  'open',
  'stat',
];

/** The number of a `stat` that is 1 for a link itself. */
const OF_LINK = 1;

const NAMES: readonly (readonly [number, string])[] = [
  [K.REMOVE_TREE, 'rmtree'],
  [K.REMOVE_TREE_HAND, 'rmtree'],
  [K.TEMP_FILE, 'mkstemp'],
  [K.TEMP_DIRECTORY, 'mkdtemp'],
  [K.TEMP_DISCARD, 'unlink'],
  [K.TEMP_FINISH, 'write'],
  [K.MAKE_DIRECTORIES, 'makedirs'],
  [K.REMOVE_DIRECTORIES, 'removedirs'],
  [K.RENAME_DIRECTORIES, 'renames'],
  [K.SCAN_DIRECTORY, 'scandir'],
  [K.WALK_TREE, 'walk'],
  [K.STAT_MANY, 'statMany'],
  [K.READ_MANY, 'readMany'],
  [K.COPY_FILE, 'copy'],
  [K.COPY_TREE, 'copytree'],
  [K.COPY_FOLDER, 'copytree'],
  [K.COPY_FILES, 'copytree'],
  [K.MOVE, 'move'],
  [K.SEND_FILE, 'sendfile'],
  [K.WRITE_ATOMIC, 'writeAtomic'],
  [K.OPEN_ATOMIC, 'openAtomic'],
  [K.FILE_LOCK, 'lock'],
];
const names: (string | undefined)[] = [];
for (const [kind, name] of NAMES) names[kind] = name;

/** The name of a task of `kind`, which was given `numbers`. */
export function nameOfTask(kind: number, numbers: readonly (number | bigint)[]): string {
  if (kind !== K.PATH_CALL && kind !== K.BENEATH) return names[kind] ?? 'task';
  const name = PATH_CALLS[Number(numbers[0]) - 1] ?? 'task';
  return name === 'stat' && numbers[OF_LINK] === 1 ? 'lstat' : name;
}

/** The path that a task is about, undefined if it is about descriptors or a whole list. */
export function pathOfTask(
  kind: number,
  bytes: readonly (string | Uint8Array)[],
): string | Uint8Array | undefined {
  switch (kind) {
    case K.STAT_MANY:
    case K.READ_MANY:
      return undefined;
    case K.BENEATH: // the root comes first
      return bytes[1];
    case K.SCAN_DIRECTORY: // the root may come first
      return bytes.at(-1);
    default:
      return bytes[0];
  }
}
