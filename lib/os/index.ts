/// <reference types="node" preserve="true" />
// uvfiles/os: aiofiles.os and more. Only re-exports.
export { access, exists, lexists, lstat, stat } from './lookups.js';
export {
  chmod,
  chown,
  type ChownOptions,
  type Time,
  truncate,
  utimes,
  type UtimesOptions,
} from './attributes.js';
export {
  copy,
  type CopyOptions,
  type CopyProgress,
  copytree,
  type CopytreeOptions,
  type CopytreeProgress,
  sendfile,
} from './copies.js';
export { DirEntry, scandir } from './scandir.js';
export { emptyDir } from './empty-dir.js';
export {
  getcwd,
  listdir,
  makedirs,
  type MakedirsOptions,
  mkdir,
  type MkdirOptions,
  removedirs,
  rmdir,
  rmtree,
  type RmtreeOptions,
} from './directories.js';
export { glob, type GlobOptions } from './glob.js';
export { link, readlink, realpath, symlink } from './links.js';
export { move, remove, rename, renames, replace, unlink } from './names.js';
export { diskUsage, type DiskUsage, statvfs, type StatVfs } from './statvfs.js';
export { walk, type WalkEntry, type WalkOptions, type WalkStatEntry } from './walk.js';
export {
  getxattr,
  listxattr,
  removexattr,
  setxattr,
  type SetXattrOptions,
  type XattrOptions,
} from './xattr.js';
