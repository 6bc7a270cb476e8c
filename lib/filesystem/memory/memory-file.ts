// An open file of a memory file system, and the locks of a file: which open file has locked which bytes. An open file never excludes
// itself.
import { constants, type Stats } from 'node:fs';

import type { CallOptions, FileSystemFile, LockRange } from '../filesystem.js';
import { LARGEST_FILE } from './content.js';
import { fail } from './errors.js';
import { DirectoryNode, FileNode, type Inode } from './inode.js';
import type { MemoryState } from './state.js';

interface Lock {
  readonly owner: object;
  readonly start: bigint;
  readonly end: bigint;
  readonly shared: boolean;
}

const TO_THE_END = 1n << 63n;

function boundsOf({ position, size }: LockRange): [start: bigint, end: bigint] {
  const start = BigInt(position);
  return [start, BigInt(size) === 0n ? TO_THE_END : start + BigInt(size)];
}

/** The locks of one file. */
export class FileLocks {
  #locks: Lock[] = [];

  /** Locks a range for `owner`, and replaces its own locks in the range. False if a lock of another owner conflicts. */
  tryLock(owner: object, range: LockRange, shared: boolean): boolean {
    const [start, end] = boundsOf(range);
    for (const lock of this.#locks)
      if (lock.owner !== owner && !(lock.shared && shared) && lock.start < end && start < lock.end)
        return false;
    this.unlock(owner, range);
    this.#locks.push({ owner, start, end, shared });
    return true;
  }

  /** Releases the locks of `owner` in a range. */
  unlock(owner: object, range: LockRange): void {
    const [start, end] = boundsOf(range);
    this.#locks = this.#locks.flatMap((lock) => {
      if (lock.owner !== owner || end <= lock.start || lock.end <= start) return [lock];
      const rest: Lock[] = [];
      if (lock.start < start) rest.push({ ...lock, end: start });
      if (end < lock.end) rest.push({ ...lock, start: end });
      return rest;
    });
  }

  /** Releases all locks of `owner`. */
  release(owner: object): void {
    this.#locks = this.#locks.filter((lock) => lock.owner !== owner);
  }
}

const { O_ACCMODE, O_APPEND, O_RDONLY, O_WRONLY, O_DSYNC, O_SYNC } = {
  O_ACCMODE: 3,
  ...constants,
} as typeof constants & { O_ACCMODE: number };

/** Calls complete before they return. Their promises are already settled. */
export class MemoryFile implements FileSystemFile {
  readonly #state: MemoryState;
  readonly #inode: Inode;
  readonly #flags: number;
  #isOpen = true;

  constructor(state: MemoryState, inode: Inode, flags: number) {
    this.#state = state;
    this.#inode = inode;
    this.#flags = flags;
    inode.opened++;
  }

  get size(): number {
    return this.#inode.size;
  }

  async pread(size: number, position: number | bigint): Promise<Uint8Array> {
    return this.#readable().slice(Number(position), size);
  }

  async preadinto(view: Uint8Array, position: number | bigint): Promise<number> {
    return this.#readable().read(view, Number(position));
  }

  async pwrite(data: Uint8Array, position: number | bigint): Promise<number> {
    const isAppending = (this.#flags & O_APPEND) !== 0;
    return this.#write(data, isAppending ? undefined : Number(position));
  }

  async append(data: Uint8Array): Promise<number> {
    return this.#write(data, undefined);
  }

  writeNow(data: Uint8Array, position: number | undefined): void {
    this.#write(data, position);
  }

  async truncate(size: number | bigint): Promise<void> {
    const file = this.#file('ftruncate', 'EINVAL');
    if (!this.#isWritable) fail('EINVAL', 'ftruncate');
    this.#state.resize(file, size);
    this.#state.modified(file);
    if ((this.#flags & O_SYNC) === O_SYNC) file.sync();
  }

  async sync(): Promise<void> {
    const inode = this.#inode;
    if (inode instanceof DirectoryNode) this.#state.journal.sync(inode);
    else if (inode instanceof FileNode) inode.sync();
  }

  async tryLock(range: LockRange, shared: boolean): Promise<boolean> {
    const access = this.#flags & O_ACCMODE;
    if (access === (shared ? O_WRONLY : O_RDONLY)) fail('EBADF', 'fcntl');
    const file = this.#file('fcntl', 'EINVAL');
    return (file.locks ??= new FileLocks()).tryLock(this, range, shared);
  }

  async unlock(range: LockRange): Promise<void> {
    this.#file('fcntl', 'EINVAL').locks?.unlock(this, range);
  }

  async stat(_call?: CallOptions): Promise<Stats> {
    return this.#inode.stats();
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#inode instanceof FileNode) this.#inode.locks?.release(this);
    this.#inode.opened--;
    this.#inode.release();
  }

  get #isWritable(): boolean {
    return (this.#flags & O_ACCMODE) !== O_RDONLY;
  }

  #file(syscall: string, code: 'EINVAL' | 'EISDIR'): FileNode {
    const inode = this.#inode;
    return inode instanceof FileNode ? inode : fail(code, syscall);
  }

  #readable(): FileNode['content'] {
    if ((this.#flags & O_ACCMODE) === O_WRONLY) fail('EBADF', 'read');
    const file = this.#file('read', 'EISDIR');
    this.#state.touch(file);
    return file.content;
  }

  #write(data: Uint8Array, position: number | undefined): number {
    if (!this.#isWritable) fail('EBADF', 'write');
    const file = this.#file('write', 'EISDIR');
    if (data.length === 0) return 0;
    const written = writeTo(this.#state, file, data, position ?? file.size);
    if ((this.#flags & (O_SYNC | O_DSYNC)) !== 0) file.sync();
    if (written.count < data.length) fail(written.why, 'write', written.count);
    return written.count;
  }
}

/** Writes as much as there is space for. */
export function writeTo(
  state: MemoryState,
  file: FileNode,
  data: Uint8Array,
  position: number,
): { count: number; why: 'EFBIG' | 'ENOSPC' } {
  const room = LARGEST_FILE - position;
  file.beforeChange();
  const count = file.content.write(room < data.length ? data.subarray(0, Math.max(0, room)) : data, position);
  if (count > 0) {
    state.credentials.dropPrivileges(file);
    state.modified(file);
  }
  return { count, why: count < data.length && count === Math.max(0, room) ? 'EFBIG' : 'ENOSPC' };
}
