// Files of a mounted file system: open, read, write, status and attributes.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { AbortError, UnsupportedOperationError } from '../errors/index.js';
import { throwIfEnded } from '../schedule/watch-call.js';
import { NO_CALL } from '../schedule/call.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { completeError, orEnd, falseWhereTheSystemRefuses } from './errors.js';
import type {
  ExtendedAttributes,
  FilePath,
  FileSystemFile,
  FollowOptions,
  StatCall,
  StatVfs,
} from './filesystem.js';
import { lookUpAccess, resolveLinks } from './generic/lookups.js';
import { isSameFile } from './identity.js';
import { keptTarget, outerPath } from './outer-path.js';
import { MountedCalls } from './mounted-calls.js';
import { joined, normalized, textOf } from './mounted-path.js';
import { dropFile, type OpenFile } from './open-file.js';
import { asBuffer, PositionedFile, sizeHint } from './positioned.js';
import { completeStats } from './stats.js';
import { FOLLOW_BIGINT, LINK_ITSELF_BIGINT, type Timestamp } from './store.js';

const {
  O_ACCMODE = 3,
  O_RDONLY,
  O_RDWR,
  O_APPEND,
  O_EXCL,
  O_TRUNC,
} = constants as typeof constants & {
  O_ACCMODE?: number;
};

/** Files and their status. */
export class MountedFiles extends MountedCalls {
  // --- files ----------------------------------------------------------------------------------------------------------

  async open(path: FilePath, flags: number, permissions: number, o?: OpOptions): Promise<OpenFile> {
    this.checkFlags(flags);
    const file = await this.call('open', path, o, (fs, inner) =>
      fs.open(inner, flags, permissions, o ?? NO_CALL),
    );
    if (o?.signal?.aborted === true) {
      const aborted = new AbortError(o.signal.reason);
      await dropFile(file, aborted);
      throw aborted;
    }
    return this.opened(file, flags, o);
  }

  protected async opened(file: FileSystemFile, flags: number, o: GivenOptions): Promise<OpenFile> {
    if (isOpenFile(file)) return file;
    const appending = (flags & O_APPEND) !== 0;
    try {
      if ((flags & O_ACCMODE) !== O_RDONLY) this.#checkWritable(file, appending ? 'append' : 'pwrite');
      const position = appending ? Number(sizeHint(file) ?? (await file.stat(o ?? NO_CALL)).size) : 0;
      const lockSpace = this.can('locks') ? this.fileSystem : undefined;
      return new PositionedFile(file, {
        fileSystem: this.name,
        lockSpace,
        appending,
        position,
        inOrder: !this.can('randomWrite'),
        truncates: this.can('truncate'),
        syncs: this.can('sync'),
      });
    } catch (error) {
      await dropFile(file, error);
      throw orEnd(error, o);
    }
  }

  // Before the open, it is not known whether files can be written. A write of no bytes would not notice later.
  #checkWritable(file: FileSystemFile, method: 'append' | 'pwrite'): void {
    if (file[method] === undefined)
      throw new UnsupportedOperationError(
        `the file system '${this.name}' cannot write this file: it has no '${method}'`,
      );
  }

  // Before any I/O.
  protected checkFlags(flags: number): void {
    const access = flags & O_ACCMODE;
    if (access === O_RDONLY) return;
    if ((flags & O_APPEND) !== 0 && !this.can('append')) throw this.unsupported('append', 'append to files');
    const sequential = access !== O_RDWR && (flags & (O_TRUNC | O_EXCL | O_APPEND)) !== 0;
    if (!sequential && !this.can('randomWrite'))
      throw this.unsupported('randomWrite', 'change files in place');
  }

  async readFile(path: FilePath, o?: OpOptions): Promise<Buffer> {
    const { fileSystem } = this;
    if (fileSystem.readFile !== undefined)
      return asBuffer(await this.call('open', path, o, (fs, inner) => fs.readFile!(inner, o ?? NO_CALL)));
    const file = await this.open(path, O_RDONLY, 0, o);
    try {
      return await file.readToEnd(0, o);
    } catch (error) {
      throw completeError(error, 'read', path);
    } finally {
      await file.close();
    }
  }

  async writeFile(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    o?: OpOptions,
  ): Promise<void> {
    const kept = Uint8Array.prototype.slice.call(data);
    this.checkFlags(flags);
    if (this.fileSystem.writeFile !== undefined)
      return this.call('open', path, o, (fs, inner) =>
        fs.writeFile!(inner, kept, flags, permissions, o ?? NO_CALL),
      );
    const file = await this.open(path, flags, permissions, o);
    try {
      if (kept.byteLength > 0) {
        if ((flags & O_APPEND) !== 0) await file.writeToEnd(kept, true, o);
        else await file.write(kept, 0, true, o);
      }
    } catch (error) {
      await dropFile(file, error);
      throw completeError(error, 'write', path);
    }
    await file.close();
  }

  async stat(path: FilePath, options: StatCall, o?: OpOptions): Promise<Stats | BigIntStats> {
    const stats = await this.call(options.followSymlinks ? 'stat' : 'lstat', path, o, (fs, inner) =>
      fs.stat(inner, options, o ?? NO_CALL),
    );
    return completeStats(stats, options.bigint);
  }

  async access(path: FilePath, mode: number, o?: OpOptions): Promise<boolean> {
    if (this.fileSystem.access === undefined) return lookUpAccess(this, path, mode, o);
    try {
      return await this.call('access', path, o, (fs, inner) => fs.access!(inner, mode, o ?? NO_CALL));
    } catch (error) {
      return falseWhereTheSystemRefuses(error);
    }
  }

  async readlink(path: FilePath, o?: OpOptions): Promise<Buffer> {
    this.require('links', 'readlink', 'read links');
    return Buffer.from(
      await this.call('readlink', path, o, (fs, inner) => fs.readlink!(inner, o ?? NO_CALL)),
    );
  }

  async realpath(path: FilePath, o?: OpOptions): Promise<Buffer> {
    const real =
      this.fileSystem.realpath === undefined
        ? await resolveLinks(this, path, o)
        : await this.call('realpath', path, o, (fs, inner) => fs.realpath!(inner, o ?? NO_CALL));
    return outerPath(this.prefix, Buffer.from(real));
  }

  /** Does nothing if the file system has no such call. */
  async syncDirectory(path: FilePath): Promise<void> {
    if (this.fileSystem.syncDirectory === undefined) return;
    await this.call('fsync', path, undefined, (fs, inner) => fs.syncDirectory!(inner, NO_CALL));
  }

  async statvfs(path: FilePath, o?: OpOptions): Promise<StatVfs> {
    if (this.fileSystem.statvfs === undefined)
      throw new UnsupportedOperationError(
        `the file system '${this.name}' does not report its size (statvfs)`,
      );
    return this.call('statvfs', path, o, (fs, inner) => fs.statvfs!(inner, o ?? NO_CALL));
  }

  async link(existing: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    this.require('links', 'link', 'make links');
    await this.between('link', existing, path, o, (fs, from, to) => fs.link!(from, to, o ?? NO_CALL));
  }

  async symlink(target: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    this.require('links', 'symlink', 'make links');
    throwIfEnded(o);
    try {
      const kept = keptTarget(this.prefix, target);
      await this.fileSystem.symlink!(kept, this.inner(path, 'symlink'), o ?? NO_CALL);
    } catch (error) {
      throw completeError(orEnd(error, o), 'symlink', target, path);
    }
  }

  async chmod(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    this.require('modes', 'chmod', 'change modes');
    await this.call('chmod', path, o, (fs, inner) => fs.chmod!(inner, permissions, o ?? NO_CALL));
  }

  async chown(
    path: FilePath,
    uid: number,
    gid: number,
    options: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    this.require('owners', 'chown', 'change owners');
    const syscall = options.followSymlinks ? 'chown' : 'lchown';
    await this.call(syscall, path, o, (fs, inner) => fs.chown!(inner, uid, gid, options, o ?? NO_CALL));
  }

  async setTimes(
    path: FilePath,
    accessed: Timestamp,
    modified: Timestamp,
    options: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    this.require('times', 'utimes', 'set times');
    const ms = ({ seconds, nanoseconds }: Timestamp): number => seconds * 1000 + nanoseconds / 1e6;
    await this.call(options.followSymlinks ? 'utime' : 'lutime', path, o, (fs, inner) =>
      fs.utimes!(inner, ms(accessed), ms(modified), options, o ?? NO_CALL),
    );
  }

  async truncate(path: FilePath, size: number | bigint, o?: OpOptions): Promise<void> {
    if (!this.can('truncate')) throw this.unsupported('truncate', 'cut or extend files');
    if (this.fileSystem.truncate !== undefined)
      return this.call('truncate', path, o, (fs, inner) => fs.truncate!(inner, size, o ?? NO_CALL));
    const file = await this.open(path, O_RDWR, 0, o);
    try {
      await file.truncate(size, o);
    } finally {
      await file.close();
    }
  }

  async unlink(path: FilePath, o?: OpOptions): Promise<void> {
    this.refuseRoot('EISDIR', 'unlink', path);
    await this.call('unlink', path, o, (fs, inner) => fs.unlink(inner, o ?? NO_CALL));
  }

  async mkdir(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    await this.call('mkdir', path, o, (fs, inner) => fs.mkdir(inner, permissions, o ?? NO_CALL));
  }

  async rmdir(path: FilePath, o?: OpOptions): Promise<void> {
    this.refuseRoot('EBUSY', 'rmdir', path);
    await this.call('rmdir', path, o, (fs, inner) => fs.rmdir(inner, o ?? NO_CALL));
  }

  protected requireRename(): void {
    if (!this.can('rename')) throw this.unsupported('rename', 'rename files');
  }

  async rename(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    this.requireRename();
    this.refuseRoot('EBUSY', 'rename', from);
    this.refuseRoot('EBUSY', 'rename', to);
    await this.between('rename', from, to, o, (fs, old, fresh) => fs.rename(old, fresh, o ?? NO_CALL));
  }

  /** The root of the mount; and, of a file system with devices, a directory on another one than the directory above it. */
  async isMount(path: FilePath, o?: OpOptions): Promise<boolean> {
    try {
      const { dev, ino } = (await this.stat(path, LINK_ITSELF_BIGINT, o)) as BigIntStats;
      if (this.inner(path, 'lstat') === '/') return true;
      if (ino === 0n) return false;
      const above = (await this.stat(joined(path, '..'), LINK_ITSELF_BIGINT, o)) as BigIntStats;
      return above.dev !== dev || above.ino === ino;
    } catch (error) {
      return falseWhereTheSystemRefuses(error);
    }
  }

  /** Undefined where the file system has none. */
  get attributes(): ExtendedAttributes | undefined {
    const { attributes } = this.fileSystem;
    if (attributes === undefined) return undefined;
    return {
      getAttribute: (path, name, follow, o) =>
        this.call('getxattr', path, o, (_, inner) => attributes.getAttribute(inner, name, follow, o)),
      setAttribute: (path, name, value, follow, mode, o) =>
        this.call('setxattr', path, o, (_, inner) =>
          attributes.setAttribute(inner, name, value, follow, mode, o),
        ),
      listAttributes: (path, follow, o) =>
        this.call('listxattr', path, o, (_, inner) => attributes.listAttributes(inner, follow, o)),
      removeAttribute: (path, name, follow, o) =>
        this.call('removexattr', path, o, (_, inner) => attributes.removeAttribute(inner, name, follow, o)),
    };
  }

  async sameFile(path1: FilePath, path2: FilePath, o?: OpOptions): Promise<boolean> {
    const one = (await this.stat(path1, FOLLOW_BIGINT, o)) as BigIntStats;
    const other = (await this.stat(path2, FOLLOW_BIGINT, o)) as BigIntStats;
    // Without inode numbers, only the paths can be compared.
    if (one.ino === 0n && other.ino === 0n)
      return normalized(textOf(this.inner(path1, 'stat'))) === normalized(textOf(this.inner(path2, 'stat')));
    return isSameFile(one, other);
  }
}

/** Whether a file is one of the library's own, which already has a position. */
function isOpenFile(file: FileSystemFile | OpenFile): file is OpenFile {
  return typeof (file as Partial<OpenFile>).readToEnd === 'function';
}
