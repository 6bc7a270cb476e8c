/// <reference types="node" preserve="true" />
// uvfiles/testing: files in memory, faults, traces, power cuts. Only re-exports.
export type { MemoryUser } from '../filesystem/memory/user.js';
export { crash, type CrashOptions, crashes, type CrashesOptions } from './crash.js';
export { type FaultRule, type Faults, faults } from './faults.js';
export { memoryFiles, MemoryFiles, type MemoryFilesOptions } from './memory-files.js';
export { FilesForbiddenError, noFiles } from './no-files.js';
export type { Operation, OperationName } from './operation.js';
export { trace, type TracedOperation } from './trace.js';
export {
  dir,
  type EntryOptions,
  file,
  link,
  type Tree,
  TreeDirectory,
  TreeFile,
  TreeLink,
  type TreeSnapshot,
  type TreeValue,
} from './tree.js';
