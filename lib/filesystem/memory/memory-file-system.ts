// A file system in memory that behaves like Linux: the same results and error codes, with the same order of precedence.
import { constants, type Stats } from 'node:fs';

import { LIKE_A_DISK } from '../capabilities.js';
import type {
  CallOptions,
  Capabilities,
  DirectoryItem,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
  StatCall,
  StatVfs,
} from '../filesystem.js';
import { CURRENT, type OpenFile } from '../open-file.js';
import * as attributes from './attributes.js';
import { fail } from './errors.js';
import { DirectoryNode, FileNode, type Inode, LinkNode } from './inode.js';
import { SpecialNode } from './lower.js';
import { MemoryFile, writeTo } from './memory-file.js';
import { keyOf, pathOf } from './names.js';
import * as changes from './names-changes.js';
import { type MemoryOptions, MemoryState } from './state.js';
import { MAY_READ, MAY_WRITE } from './user.js';
import { Walk } from './walk.js';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDWR, O_RDONLY, O_TRUNC, O_WRONLY, O_APPEND } = constants;
const ACCESS_MODE = 3;
const FILE_MODE_BITS = 0o7777;
const BATCH = 1024;
const BLOCK = 4096;
const LONGEST_NAME = 255;
const MANY = 2 ** 40;

const CAPABILITIES: Partial<Capabilities> = {
  ...LIKE_A_DISK,
  conditional: true,
  locks: true,
  byteNames: true,
};

/** A file that was opened, and whether this call created it. */
interface Opened {
  readonly inode: Inode;
  readonly isNew: boolean;
}

/** Files in memory. Every call computes its result synchronously, without timers, threads or handles. */
export class MemoryFileSystem implements FileSystem {
  readonly name = 'memory';
  readonly capabilities = CAPABILITIES;
  readonly state: MemoryState;

  constructor(options: MemoryOptions | MemoryState) {
    this.state = options instanceof MemoryState ? options : new MemoryState(options);
  }

  async open(path: FilePath, flags: number, permissions: number, call: CallOptions): Promise<FileSystemFile> {
    const key = keyOf(path);
    const { inode } = this.#open(key, flags, permissions);
    if (inode instanceof SpecialNode) return this.state.lower!.open(inode.path, flags, 0, call);
    if (inode.origin !== undefined) {
      if ((flags & ACCESS_MODE) === O_RDONLY)
        return this.state.lower!.open(inode.origin.path, flags, 0, call);
      this.state.own(inode);
    }
    return new MemoryFile(this.state, inode, flags);
  }

  // As the kernel's open_last_lookups, do_open and may_open, in this order.
  #open(path: string, flags: number, permissions: number, toRead = false): Opened {
    const { state } = this;
    const walk = new Walk(state);
    const mayCreate = (flags & O_CREAT) !== 0;
    // Since Linux 6.4, regardless of what exists. Older kernels created a file, and then rejected.
    if (mayCreate && (flags & O_DIRECTORY) !== 0) fail('EINVAL');
    let isNew = false;
    let place = walk.place(path);
    let inode = mayCreate ? undefined : walk.at(place, (flags & O_NOFOLLOW) === 0);
    while (inode === undefined) {
      if (place.slash && place.kind === 'name') fail('EISDIR');
      inode = walk.entry(place);
      if (inode instanceof LinkNode && (flags & (O_EXCL | O_NOFOLLOW)) === 0) {
        place = walk.follow(inode, place.directory);
        inode = undefined;
      } else if (inode === undefined) {
        inode = changes.createFile(state, place, permissions & FILE_MODE_BITS);
        isNew = true;
      }
    }
    if (mayCreate && !isNew) {
      if ((flags & O_EXCL) !== 0) fail('EEXIST');
      if (inode instanceof DirectoryNode) fail('EISDIR');
    }
    if ((flags & O_DIRECTORY) !== 0 && !(inode instanceof DirectoryNode)) fail('ENOTDIR');
    if (!isNew) this.#requireOpenable(inode, flags, toRead);
    return { inode, isNew };
  }

  #requireOpenable(inode: Inode, flags: number, toRead: boolean): void {
    const access = flags & ACCESS_MODE;
    const isTruncated = (flags & O_TRUNC) !== 0;
    const writes = access !== O_RDONLY || isTruncated;
    if (inode instanceof LinkNode) fail('ELOOP');
    if (inode instanceof DirectoryNode && writes) fail('EISDIR');
    const reads = access === O_RDONLY || access === O_RDWR;
    this.state.credentials.require(inode, (reads ? MAY_READ : 0) | (writes ? MAY_WRITE : 0));
    // Handles of the library are files. A directory is opened only to be synced.
    if (inode instanceof DirectoryNode && (flags & O_DIRECTORY) === 0)
      fail('EISDIR', toRead ? 'read' : undefined);
    if (isTruncated && inode instanceof FileNode && !(inode instanceof SpecialNode)) {
      this.state.resize(inode, 0);
      this.state.modified(inode);
    }
  }

  async stat(path: FilePath, { followSymlinks }: StatCall): Promise<Stats> {
    return this.state.find(keyOf(path), followSymlinks).stats();
  }

  async *list(path: FilePath): AsyncGenerator<readonly DirectoryItem[]> {
    const { state } = this;
    const directory = state.find(keyOf(path), true);
    if (!(directory instanceof DirectoryNode)) return fail('ENOTDIR');
    state.credentials.require(directory, MAY_READ);
    state.touch(directory);
    const items: DirectoryItem[] = [];
    for (const [name, inode] of state.entries(directory)) {
      items.push({ name: pathOf(name), type: typeOf(inode), inode: inode.ino });
    }
    for (let i = 0; i < items.length; i += BATCH)
      yield items.length <= BATCH ? items : items.slice(i, i + BATCH);
  }

  async unlink(path: FilePath): Promise<void> {
    changes.unlink(this.state, keyOf(path));
  }

  async mkdir(path: FilePath, permissions: number): Promise<void> {
    changes.mkdir(this.state, keyOf(path), permissions);
  }

  async rmdir(path: FilePath): Promise<void> {
    changes.rmdir(this.state, keyOf(path));
  }

  async rename(from: FilePath, to: FilePath): Promise<void> {
    changes.rename(this.state, keyOf(from), keyOf(to));
  }

  async readlink(path: FilePath): Promise<FilePath> {
    return pathOf(attributes.readlink(this.state, keyOf(path)));
  }

  async realpath(path: FilePath): Promise<FilePath> {
    return pathOf(attributes.realpath(this.state, keyOf(path)));
  }

  async access(path: FilePath, mode: number): Promise<boolean> {
    return attributes.access(this.state, keyOf(path), mode);
  }

  async statvfs(path: FilePath): Promise<StatVfs> {
    this.state.find(keyOf(path), true);
    const { limit, used } = this.state.space;
    // A capacity is counted in bytes, so that `os.diskUsage` is exact even for a small one.
    const block = limit === Infinity ? BLOCK : 1;
    const blocks = limit === Infinity ? MANY : limit;
    const bfree = limit === Infinity ? MANY : Math.max(0, limit - used);
    const free = { bfree, bavail: bfree, files: MANY, ffree: MANY, favail: MANY };
    return { bsize: block, frsize: block, blocks, ...free, flag: 0, namemax: LONGEST_NAME };
  }

  async link(existing: FilePath, path: FilePath): Promise<void> {
    changes.link(this.state, keyOf(existing), keyOf(path));
  }

  async symlink(target: FilePath, path: FilePath): Promise<void> {
    changes.symlink(this.state, keyOf(target), keyOf(path));
  }

  async chmod(path: FilePath, permissions: number): Promise<void> {
    attributes.chmod(this.state, keyOf(path), permissions);
  }

  async chown(path: FilePath, uid: number, gid: number, { followSymlinks }: FollowOptions): Promise<void> {
    attributes.chown(this.state, keyOf(path), uid, gid, followSymlinks);
  }

  async utimes(
    path: FilePath,
    accessed: number,
    modified: number,
    { followSymlinks }: FollowOptions,
  ): Promise<void> {
    attributes.utimes(this.state, keyOf(path), accessed, modified, followSymlinks);
  }

  async truncate(path: FilePath, size: number | bigint): Promise<void> {
    attributes.truncate(this.state, keyOf(path), size);
  }

  async syncDirectory(path: FilePath): Promise<void> {
    const directory = this.state.find(keyOf(path), true);
    if (!(directory instanceof DirectoryNode)) return fail('ENOTDIR');
    this.state.journal.sync(directory);
  }

  // --- whole jobs -----------------------------------------------------------------------------------------------------

  async readFile(path: FilePath, call: CallOptions): Promise<Uint8Array> {
    const { inode } = this.#open(keyOf(path), O_RDONLY, 0, true);
    const real = inode instanceof SpecialNode ? inode.path : inode.origin?.path;
    if (real !== undefined) return readLower(await this.state.lower!.open(real, O_RDONLY, 0, call), call);
    this.state.touch(inode);
    return inode instanceof FileNode ? inode.content.slice(0, inode.size) : fail('EISDIR', 'read');
  }

  async writeFile(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    call: CallOptions,
  ): Promise<void> {
    const { inode } = this.#open(keyOf(path), flags | O_WRONLY, permissions);
    if (inode instanceof SpecialNode) {
      const file = await this.state.lower!.open(inode.path, flags | O_WRONLY, 0, call);
      try {
        await file.write(data, CURRENT, false, call);
      } finally {
        await file.close();
      }
      return;
    }
    if (!(inode instanceof FileNode)) return fail('EISDIR');
    this.state.own(inode);
    if (data.length === 0) return;
    const { count, why } = writeTo(this.state, inode, data, (flags & O_APPEND) !== 0 ? inode.size : 0);
    if (count < data.length) fail(why, 'write', count);
  }

  async createTemporary(directory: FilePath): Promise<FileSystemFile> {
    const { state } = this;
    const parent = state.find(keyOf(directory), true);
    if (!(parent instanceof DirectoryNode)) return fail('ENOTDIR');
    state.requireWritable(parent);
    return new MemoryFile(state, state.newFile(0o600, parent), O_RDWR);
  }
}

async function readLower(file: OpenFile, call: CallOptions): Promise<Uint8Array> {
  try {
    return await file.readToEnd(CURRENT, call);
  } finally {
    await file.close();
  }
}

function typeOf(inode: Inode): DirectoryItem['type'] {
  return inode instanceof SpecialNode ? 'unknown' : inode.type;
}
