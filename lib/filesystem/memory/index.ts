// The memory file system, for the modules that build on it. Only re-exports.
export * as changes from './names-changes.js';
export { MemoryFileSystem } from './memory-file-system.js';
