// The real files as a FileSystem, for wrappers and overlays.
import { constants, promises } from 'node:fs';

import { textOf } from '../arguments/path.js';
import {
  getAttribute,
  listAttributes,
  removeAttribute,
  setAttribute,
} from '../native/extended-attributes.js';
import { nativeStore } from '../native/store/native-store.js';
import { publishedByAddon } from '../schedule/diagnostics.js';
import { LIKE_A_DISK } from './capabilities.js';
import { fileSystemError } from './errors.js';
import type { CallOptions, DirectoryItem, FilePath, FileSystem, FileSystemFile } from './filesystem.js';
import { permitted } from './permitted.js';
import { timestampOf } from './store.js';

async function* list(path: FilePath, call: CallOptions): AsyncGenerator<readonly DirectoryItem[]> {
  const listing = nativeStore.listing(path, call);
  try {
    for (let batch = await listing.next(); batch !== undefined; batch = await listing.next()) yield batch;
  } finally {
    listing.close();
  }
}

// The addon opens no directories. They can be synced, and have a status.
async function openDirectory(path: FilePath, flags: number): Promise<FileSystemFile> {
  const handle = await promises.open(typeof path === 'string' ? path : Buffer.from(path), flags);
  return {
    pread: async () => {
      throw fileSystemError('EISDIR', 'read');
    },
    stat: () => handle.stat({ bigint: true }),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

// Windows has none.
const O_DIRECTORY = (constants.O_DIRECTORY as number | undefined) ?? 0;
const CHANGES = constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT;

const files = Object.freeze<FileSystem>({
  name: 'native',
  capabilities: Object.freeze({
    ...LIKE_A_DISK,
    locks: true,
    descriptors: true,
    byteNames: process.platform !== 'win32',
  }),
  open: (path, flags, permissions, call) =>
    (flags & O_DIRECTORY) !== 0 && (flags & CHANGES) === 0
      ? openDirectory(path, flags)
      : nativeStore.open(path, flags, permissions, call),
  stat: (path, options, call) => nativeStore.stat(path, options, call),
  list,
  unlink: (path, call) => nativeStore.unlink(path, call),
  mkdir: (path, permissions, call) => nativeStore.mkdir(path, permissions, call),
  rmdir: (path, call) => nativeStore.rmdir(path, call),
  rename: (from, to, call) => nativeStore.rename(from, to, call),
  readlink: (path, call) => nativeStore.readlink(path, call),
  realpath: (path, call) => nativeStore.realpath(path, call),
  access: (path, mode, call) => nativeStore.access(path, mode, call),
  statvfs: (path, call) => nativeStore.statvfs(path, call),
  link: (existing, path, call) => nativeStore.link(existing, path, call),
  symlink: (target, path, call) => nativeStore.symlink(target, path, call),
  chmod: (path, permissions, call) => nativeStore.chmod(path, permissions, call),
  chown: (path, uid, gid, options, call) => nativeStore.chown(path, uid, gid, options, call),
  utimes: (path, accessed, modified, options, call) =>
    nativeStore.setTimes(path, timestampOf(accessed), timestampOf(modified), options, call),
  truncate: (path, size, call) => nativeStore.truncate(path, size, call),
  syncDirectory: (path, call) => nativeStore.syncDirectory(path, call),
  attributes: Object.freeze({ getAttribute, setAttribute, listAttributes, removeAttribute }),
  readFile: (path, call) => nativeStore.readFile(path, call),
  writeFile: (path, data, flags, permissions, call) =>
    nativeStore.writeFile(path, data, flags, permissions, call),
});

/**
 * The files of the operating system, by their absolute paths.
 * @example const logged = wrap(realFileSystem, { unlink: async (path, call) => (log(path), realFileSystem.unlink(path, call)) });
 */
export const realFileSystem: FileSystem = permitted(files, textOf);
publishedByAddon.add(realFileSystem);
