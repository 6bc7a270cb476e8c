/// <reference types="node" preserve="true" />
// uvfiles/filesystem: other file systems under the functions of the library. Only re-exports.
export { beneath } from './beneath.js';
export { type ErrorCode, fileSystemError } from './errors.js';
export type {
  CallOptions,
  Capabilities,
  CopyFileOptions,
  CopyTreeOptions,
  DirectoryItem,
  EntryType,
  ExtendedAttributes,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
  LockRange,
  ReadManyAnswer,
  RemoveTreeCall,
  ReplaceOptions,
  StatCall,
  StatsLike,
  StatVfs,
} from './filesystem.js';
export { type Mount, mount, type MountOptions } from './mounts.js';
export { realFileSystem } from './real-file-system.js';
export { wrap } from './wrapper.js';
