// The virtual file systems of Node (node:vfs, Node 26.4 and later with --experimental-vfs). Only node:fs sees their files, so it
// answers for them.
import { type BigIntStats, promises, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { LIKE_A_DISK } from './capabilities.js';
import { typeOf } from './stats.js';
import type {
  CallOptions,
  DirectoryItem,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
  StatCall,
  StatVfs,
} from './filesystem.js';

/** Node mounts them below this path, where the system has nothing. */
export const VFS_PREFIX = '/dev/null/vfs';

/** Whether this Node has virtual file systems. */
export function hasVfs(): boolean {
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
  return getBuiltinModule?.('node:vfs') !== undefined;
}

const LONGEST_NAME = 255;

const inside = (path: FilePath): string =>
  VFS_PREFIX + (typeof path === 'string' ? path : Buffer.from(path).toString());

class VfsFile implements FileSystemFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async pread(size: number, position: number | bigint): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafe(size);
    const { bytesRead } = await this.#handle.read(buffer, 0, size, Number(position));
    return buffer.subarray(0, bytesRead);
  }

  async pwrite(data: Uint8Array, position: number | bigint): Promise<number> {
    let written = 0;
    while (written < data.byteLength) {
      const at = Number(position) + written;
      written += (await this.#handle.write(data, written, data.byteLength - written, at)).bytesWritten;
    }
    return written;
  }

  async append(data: Uint8Array): Promise<number> {
    await this.#handle.appendFile(data);
    return data.byteLength;
  }

  truncate(size: number | bigint): Promise<void> {
    return this.#handle.truncate(Number(size));
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  stat(): Promise<Stats> {
    return this.#handle.stat();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function* list(path: FilePath): AsyncGenerator<readonly DirectoryItem[]> {
  const entries = await promises.readdir(inside(path), { withFileTypes: true });
  yield entries.map((entry) => ({ name: entry.name, type: typeOf(entry) }));
}

/** An absolute target leads within the virtual file system, which is mounted at a number below `/dev/null/vfs`. */
function targetWithin(target: FilePath): string {
  return Buffer.from(target)
    .toString()
    .replace(/^\/\d+(?=\/)/, '');
}

/**
 * What node:fs sees below `/dev/null/vfs`. Locks are refused: they could only exclude callers in this thread, and a provider may
 * show files that others use, too. There are no extended attributes and no descriptors of the system.
 */
export const vfsFiles: FileSystem = {
  name: 'node:vfs',
  capabilities: LIKE_A_DISK,
  open: async (path: FilePath, flags: number, permissions: number) =>
    new VfsFile(await promises.open(inside(path), flags, permissions)),
  stat: (path: FilePath, { followSymlinks, bigint }: StatCall): Promise<Stats | BigIntStats> =>
    followSymlinks ? promises.stat(inside(path), { bigint }) : promises.lstat(inside(path), { bigint }),
  list,
  unlink: (path: FilePath) => promises.unlink(inside(path)),
  mkdir: async (path: FilePath, permissions: number) => {
    await promises.mkdir(inside(path), permissions);
  },
  rmdir: (path: FilePath) => promises.rmdir(inside(path)),
  rename: (from: FilePath, to: FilePath) => promises.rename(inside(from), inside(to)),
  readFile: (path: FilePath, { signal }: CallOptions) => promises.readFile(inside(path), { signal }),
  readlink: (path: FilePath) => promises.readlink(inside(path)),
  symlink: (target: FilePath, path: FilePath) => promises.symlink(targetWithin(target), inside(path)),
  link: (existing: FilePath, path: FilePath) => promises.link(inside(existing), inside(path)),
  chmod: (path: FilePath, permissions: number) => promises.chmod(inside(path), permissions),
  chown: (path: FilePath, uid: number, gid: number, { followSymlinks }: FollowOptions) =>
    followSymlinks ? promises.chown(inside(path), uid, gid) : promises.lchown(inside(path), uid, gid),
  utimes: (path: FilePath, accessed: number, modified: number, { followSymlinks }: FollowOptions) => {
    const times = [accessed / 1000, modified / 1000] as const;
    return followSymlinks
      ? promises.utimes(inside(path), ...times)
      : promises.lutimes(inside(path), ...times);
  },
  access: async (path: FilePath, mode: number) => {
    await promises.access(inside(path), mode);
    return true;
  },
  statvfs: async (path: FilePath): Promise<StatVfs> => {
    const { bsize, blocks, bfree, bavail, files, ffree } = await promises.statfs(inside(path));
    const sizes = { bsize, frsize: bsize, blocks, bfree, bavail, files, ffree, favail: ffree };
    return { ...sizes, flag: 0, namemax: LONGEST_NAME };
  },
};
