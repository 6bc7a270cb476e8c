// The kinds of native tasks, as src-native/core/tasks/registry.h numbers them.

// 1-49: temporary files and directories
export const REMOVE_TREE = 1;
export const TEMP_FILE = 2;
export const TEMP_DIRECTORY = 3;
export const TEMP_DISCARD = 4;
export const TEMP_PROBE = 5;

// 50-199: os and whole files
