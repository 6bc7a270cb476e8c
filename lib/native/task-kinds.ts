// The kinds of native tasks, as src-native/core/tasks/registry.h numbers them.

// 1-49: temporary files and directories
export const REMOVE_TREE = 1;
export const TEMP_FILE = 2;
export const TEMP_DIRECTORY = 3;
export const TEMP_DISCARD = 4;
export const TEMP_FINISH = 6;
export const REMOVE_TREE_HAND = 7;

// 50-199: os and whole files
export const PATH_CALL = 50;
export const MAKE_DIRECTORIES = 51;
export const REMOVE_DIRECTORIES = 52;
export const RENAME_DIRECTORIES = 53;
export const SCAN_DIRECTORY = 54;
export const WALK_TREE = 55;
export const STAT_MANY = 56;
export const READ_MANY = 57;
export const COPY_FILE = 58;
export const COPY_TREE = 59;
export const MOVE = 60;
export const SEND_FILE = 61;
export const WRITE_ATOMIC = 62;
export const OPEN_ATOMIC = 63;
export const BENEATH = 64;
export const FILE_LOCK = 65;
export const COPY_FOLDER = 66;
export const COPY_FILES = 67;
