/// <reference types="node" preserve="true" />
// uvfiles/os: aiofiles.os and more. Only re-exports.
export { access } from './access.js';
export { chmod } from './chmod.js';
export { chown, type ChownOptions } from './chown.js';
export { copy, type CopyOptions, type CopyProgress } from './copy.js';
export { copytree, type CopytreeOptions, type CopytreeProgress } from './copytree.js';
export { DirEntry } from './dir-entry.js';
export { emptyDir } from './empty-dir.js';
export { exists, lexists } from './exists.js';
export { getcwd } from './getcwd.js';
export { glob, type GlobOptions } from './glob.js';
export { link } from './link.js';
export { listdir } from './listdir.js';
export { makedirs, type MakedirsOptions } from './makedirs.js';
export { mkdir, type MkdirOptions } from './mkdir.js';
export { move } from './move.js';
export { readlink } from './readlink.js';
export { realpath } from './realpath.js';
export { removedirs } from './removedirs.js';
export { rename, replace } from './rename.js';
export { renames } from './renames.js';
export { rmdir } from './rmdir.js';
export { rmtree, type RmtreeOptions } from './rmtree.js';
export { scandir } from './scandir.js';
export { sendfile } from './sendfile.js';
export { lstat, stat } from './stat.js';
export { diskUsage, type DiskUsage, statvfs, type StatVfs } from './statvfs.js';
export { symlink } from './symlink.js';
export { truncate } from './truncate.js';
export { remove, unlink } from './unlink.js';
export { type Time, utimes, type UtimesOptions } from './utimes.js';
export { walk, type WalkEntry, type WalkOptions, type WalkStatEntry } from './walk.js';
export {
  getxattr,
  listxattr,
  removexattr,
  setxattr,
  type SetXattrOptions,
  type XattrOptions,
} from './xattr.js';
