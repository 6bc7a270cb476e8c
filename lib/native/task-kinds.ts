// The kinds of native tasks, as src-native/core/tasks/registry.h numbers them, and the name and the path of tasks in messages of the
// diagnostics channel.
import { pathCallName } from './path-call.js';

const names: string[] = [];

function named(number: number, name: string): number {
  names[number] = name;
  return number;
}

// 1-49: temporary files and directories
export const REMOVE_TREE = named(1, 'rmtree');
export const TEMP_FILE = named(2, 'mkstemp');
export const TEMP_DIRECTORY = named(3, 'mkdtemp');
export const TEMP_DISCARD = named(4, 'unlink');
export const TEMP_FINISH = named(6, 'write');
export const REMOVE_TREE_HAND = named(7, 'rmtree');

// 50-199: os and whole files
export const PATH_CALL = 50;
export const MAKE_DIRECTORIES = named(51, 'makedirs');
export const REMOVE_DIRECTORIES = named(52, 'removedirs');
export const RENAME_DIRECTORIES = named(53, 'renames');
export const SCAN_DIRECTORY = named(54, 'scandir');
export const WALK_TREE = named(55, 'walk');
export const STAT_MANY = named(56, 'statMany');
export const READ_MANY = named(57, 'readMany');
export const COPY_FILE = named(58, 'copy');
export const COPY_TREE = named(59, 'copytree');
export const MOVE = named(60, 'move');
export const SEND_FILE = named(61, 'sendfile');
export const WRITE_ATOMIC = named(62, 'writeAtomic');
export const OPEN_ATOMIC = named(63, 'openAtomic');
export const BENEATH = 64;
export const FILE_LOCK = named(65, 'lock');
export const COPY_FOLDER = named(66, 'copytree');
export const COPY_FILES = named(67, 'copytree');

/** The name of a task of `kind`, which was given `numbers`. */
export function nameOfTask(kind: number, numbers: readonly (number | bigint)[]): string {
  return kind === PATH_CALL || kind === BENEATH ? pathCallName(numbers) : (names[kind] ?? 'task');
}

/** The path that a task is about, undefined if it is about descriptors or a whole list. */
export function pathOfTask(
  kind: number,
  bytes: readonly (string | Uint8Array)[],
): string | Uint8Array | undefined {
  if (kind === STAT_MANY || kind === READ_MANY) return undefined;
  if (kind === BENEATH) return bytes[1]; // the root comes first
  return kind === SCAN_DIRECTORY ? bytes.at(-1) : bytes[0]; // the root may come first
}
