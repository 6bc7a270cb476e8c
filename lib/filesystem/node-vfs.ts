// The virtual file systems of Node (node:vfs, Node 26.4 and later with --experimental-vfs). Only node:fs sees their files, so it
// answers for them.
import { type BigIntStats, promises, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

import { typeOf } from './stats.js';
import type {
  CallOptions,
  DirectoryItem,
  FilePath,
  FileSystem,
  FileSystemFile,
  StatCall,
} from './filesystem.js';

/** Node mounts them below this path, where the system has nothing. */
export const VFS_PREFIX = '/dev/null/vfs';

/** Whether this Node has virtual file systems. */
export function hasVfs(): boolean {
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
  return getBuiltinModule?.('node:vfs') !== undefined;
}

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

/** What node:fs sees below `/dev/null/vfs`. */
export const vfsFiles: FileSystem = {
  name: 'node:vfs',
  capabilities: {
    randomWrite: true,
    append: true,
    truncate: true,
    rename: true,
    links: true,
    modes: true,
    times: true,
  },
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
  symlink: (target: FilePath, path: FilePath) =>
    promises.symlink(Buffer.from(target).toString(), inside(path)),
  link: (existing: FilePath, path: FilePath) => promises.link(inside(existing), inside(path)),
  chmod: (path: FilePath, permissions: number) => promises.chmod(inside(path), permissions),
  utimes: (path: FilePath, accessed: number, modified: number) =>
    promises.utimes(inside(path), accessed / 1000, modified / 1000),
};
