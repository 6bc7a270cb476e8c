// The memory file system, for what is built of it. Only re-exports.
export * as changes from './names-changes.js';
export { MemoryFileSystem } from './memory-file-system.js';
