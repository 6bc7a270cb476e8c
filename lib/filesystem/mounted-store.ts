// A mounted file system, completed: the caller's paths are cut to its own, its errors name the caller's, what it cannot do
// is refused before any I/O, and the whole jobs that it lacks are made of its calls.
import { isUtf8 } from 'node:buffer';
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { invalidArgValue, UnsupportedOperationError } from '../errors/index.js';
import { NO_CALL } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { completeError, fileSystemError } from './errors.js';
import type {
  Capabilities,
  CopyFileOptions,
  CopyTreeOptions,
  DirectoryItem,
  FilePath,
  FileSystem,
  FileSystemFile,
  FollowOptions,
  ReadManyAnswer,
  RemoveTreeCall,
  ReplaceOptions,
  StatCall,
  StatVfs,
} from './filesystem.js';
import { copyFileInto, copyTreeBetween, moveBetween } from './generic/copy.js';
import { makeDirectories, removeDirectories, renameDirectories } from './generic/directories.js';
import { lookUpAccess, resolveLinks } from './generic/lookups.js';
import { readOneByOne, statOneByOne } from './generic/many.js';
import { removeTreeOf } from './generic/remove-tree.js';
import { openReplacementOf, replaceWhole } from './generic/replace.js';
import { createDirectoryIn, createFileIn } from './generic/temporary.js';
import { GenericTreeWalk } from './generic/tree-walk.js';
import { rooted, normalized, SCHEME, textOf } from './mounted-path.js';
import type { OpenFile } from './open-file.js';
import { PositionedFile } from './positioned.js';
import { completeStats } from './stats.js';
import {
  FOLLOW,
  FOLLOW_BIGINT,
  type Listing,
  type Replacement,
  type Store,
  type TempFileKind,
  type TemporaryDirectoryEntry,
  type TemporaryFile,
  type TempPlace,
  type Timestamp,
  type TreeWalker,
  type TreeWalkOptions,
} from './store.js';

const {
  O_ACCMODE = 3,
  O_RDONLY,
  O_RDWR,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
} = constants as typeof constants & {
  O_ACCMODE?: number;
};

const SLASH = 47;

export class MountedStore implements Store {
  readonly name: string;
  readonly fileSystem: FileSystem;
  readonly prefix: string;

  constructor(prefix: string, fileSystem: FileSystem) {
    this.prefix = prefix;
    this.fileSystem = fileSystem;
    this.name = fileSystem.name;
  }

  // --- paths, errors, capabilities ------------------------------------------------------------------------------------

  /** The file system's own path. */
  inner(path: FilePath, syscall: string): FilePath {
    if (path.length === 0) throw fileSystemError('ENOENT', syscall, path);
    if (typeof path !== 'string' && !isUtf8(path)) return this.#innerBytes(path);
    const text = textOf(path);
    const { prefix } = this;
    if (SCHEME.test(text)) return text.slice(prefix.length) || '/';
    const spelt = rooted(text);
    // Without links a name and the `..` behind it cancel each other out; with links that is the file system's to say.
    const below =
      this.can('links') &&
      spelt.startsWith(prefix) &&
      (spelt.length === prefix.length || spelt[prefix.length] === '/');
    return (below ? spelt : normalized(spelt)).slice(prefix.length) || '/';
  }

  #innerBytes(path: Uint8Array): FilePath {
    if (!this.can('byteNames'))
      throw invalidArgValue('path', path, `must be UTF-8 on the file system '${this.name}'`);
    const bytes = Buffer.from(path);
    const whole = bytes[0] === SLASH ? bytes : Buffer.concat([Buffer.from(`${rooted('')}/`), bytes]);
    return whole.subarray(Buffer.byteLength(this.prefix));
  }

  can(capability: keyof Capabilities): boolean {
    return this.fileSystem.capabilities[capability] === true;
  }

  unsupported(capability: keyof Capabilities, what: string): Error {
    return new UnsupportedOperationError(
      `the file system '${this.name}' cannot ${what}: it lacks the capability '${capability}'`,
    );
  }

  #require(capability: keyof Capabilities, method: unknown, what: string): void {
    if (typeof method !== 'function' || !this.can(capability)) throw this.unsupported(capability, what);
  }

  /** Makes a call of the file system; an error names `path` as the caller spelt it. */
  async #call<T>(
    syscall: string,
    path: FilePath,
    call: (fs: FileSystem, inner: FilePath) => Promise<T>,
  ): Promise<T> {
    try {
      return await call(this.fileSystem, this.inner(path, syscall));
    } catch (error) {
      throw completeError(error, syscall, path);
    }
  }

  async #between<T>(
    syscall: string,
    from: FilePath,
    to: FilePath,
    call: (fs: FileSystem, from: FilePath, to: FilePath) => Promise<T>,
  ): Promise<T> {
    try {
      return await call(this.fileSystem, this.inner(from, syscall), this.inner(to, syscall));
    } catch (error) {
      throw completeError(error, syscall, from, to);
    }
  }

  // --- files ----------------------------------------------------------------------------------------------------------

  async open(path: FilePath, flags: number, permissions: number, o?: OpOptions): Promise<OpenFile> {
    this.#checkFlags(flags);
    const file = await this.#call('open', path, (fs, inner) =>
      fs.open(inner, flags, permissions, o ?? NO_CALL),
    );
    return this.#opened(file, flags, o);
  }

  async #opened(file: FileSystemFile, flags: number, o: OpOptions | undefined): Promise<OpenFile> {
    if (isOpenFile(file)) return file;
    const appending = (flags & O_APPEND) !== 0;
    try {
      const position = appending ? Number(file.size ?? (await file.stat(o ?? NO_CALL)).size) : 0;
      return new PositionedFile(file, { fileSystem: this.name, appending, position });
    } catch (error) {
      await endFile(file, error);
      throw error;
    }
  }

  // Before any I/O.
  #checkFlags(flags: number): void {
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
      return asBuffer(await this.#call('open', path, (fs, inner) => fs.readFile!(inner, o ?? NO_CALL)));
    const file = await this.open(path, O_RDONLY, 0, o);
    try {
      return await file.readToEnd(0, o);
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
    this.#checkFlags(flags);
    if (this.fileSystem.writeFile !== undefined)
      return this.#call('open', path, (fs, inner) =>
        fs.writeFile!(inner, kept, flags, permissions, o ?? NO_CALL),
      );
    const file = await this.open(path, flags, permissions, o);
    try {
      if (kept.byteLength > 0) {
        if ((flags & O_APPEND) !== 0) await file.writeToEnd(kept, true, o);
        else await file.write(kept, 0, true, o);
      }
    } catch (error) {
      await (file.abort?.(error) ?? file.close()).catch(() => undefined); // the first error is the one to tell
      throw error;
    }
    await file.close();
  }

  async stat(path: FilePath, options: StatCall, o?: OpOptions): Promise<Stats | BigIntStats> {
    const stats = await this.#call(options.followSymlinks ? 'stat' : 'lstat', path, (fs, inner) =>
      fs.stat(inner, options, o ?? NO_CALL),
    );
    return completeStats(stats, options.bigint);
  }

  async access(path: FilePath, mode: number, o?: OpOptions): Promise<boolean> {
    if (this.fileSystem.access === undefined) return lookUpAccess(this, path, mode, o);
    try {
      return await this.#call('access', path, (fs, inner) => fs.access!(inner, mode, o ?? NO_CALL));
    } catch (error) {
      if (typeof (error as { errno?: unknown }).errno === 'number') return false;
      throw error;
    }
  }

  async readlink(path: FilePath, o?: OpOptions): Promise<Buffer> {
    this.#require('links', this.fileSystem.readlink, 'read links');
    return Buffer.from(await this.#call('readlink', path, (fs, inner) => fs.readlink!(inner, o ?? NO_CALL)));
  }

  async realpath(path: FilePath, o?: OpOptions): Promise<Buffer> {
    const real =
      this.fileSystem.realpath === undefined
        ? await resolveLinks(this, path, o)
        : await this.#call('realpath', path, (fs, inner) => fs.realpath!(inner, o ?? NO_CALL));
    const below = Buffer.from(real);
    const whole = Buffer.concat([Buffer.from(this.prefix), below]);
    return this.prefix !== '' && below.equals(Buffer.from('/')) ? Buffer.from(this.prefix) : whole;
  }

  /** Does nothing where the file system has no such call. */
  async syncDirectory(path: FilePath): Promise<void> {
    if (this.fileSystem.syncDirectory === undefined) return;
    await this.#call('fsync', path, (fs, inner) => fs.syncDirectory!(inner, NO_CALL));
  }

  async statvfs(path: FilePath, o?: OpOptions): Promise<StatVfs> {
    if (this.fileSystem.statvfs === undefined)
      throw new UnsupportedOperationError(`the file system '${this.name}' does not tell its size (statvfs)`);
    return this.#call('statvfs', path, (fs, inner) => fs.statvfs!(inner, o ?? NO_CALL));
  }

  async link(existing: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    this.#require('links', this.fileSystem.link, 'make links');
    await this.#between('link', existing, path, (fs, from, to) => fs.link!(from, to, o ?? NO_CALL));
  }

  async symlink(target: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    this.#require('links', this.fileSystem.symlink, 'make links');
    try {
      await this.fileSystem.symlink!(this.#linkText(target), this.inner(path, 'symlink'), o ?? NO_CALL);
    } catch (error) {
      throw completeError(error, 'symlink', target, path);
    }
  }

  // A file system's links lead within it: an absolute target below the prefix is cut to the file system's own path.
  #linkText(target: FilePath): FilePath {
    const text = textOf(target);
    const { prefix } = this;
    return prefix !== '' && text.startsWith(`${prefix}/`) ? text.slice(prefix.length) : target;
  }

  async chmod(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    this.#require('modes', this.fileSystem.chmod, 'change modes');
    await this.#call('chmod', path, (fs, inner) => fs.chmod!(inner, permissions, o ?? NO_CALL));
  }

  async chown(
    path: FilePath,
    uid: number,
    gid: number,
    options: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    this.#require('owners', this.fileSystem.chown, 'change owners');
    const syscall = options.followSymlinks ? 'chown' : 'lchown';
    await this.#call(syscall, path, (fs, inner) => fs.chown!(inner, uid, gid, options, o ?? NO_CALL));
  }

  async setTimes(
    path: FilePath,
    accessed: Timestamp,
    modified: Timestamp,
    options: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    this.#require('times', this.fileSystem.utimes, 'set times');
    const ms = ({ seconds, nanoseconds }: Timestamp): number => seconds * 1000 + nanoseconds / 1e6;
    await this.#call('utime', path, (fs, inner) =>
      fs.utimes!(inner, ms(accessed), ms(modified), options, o ?? NO_CALL),
    );
  }

  async truncate(path: FilePath, size: number | bigint, o?: OpOptions): Promise<void> {
    if (!this.can('truncate')) throw this.unsupported('truncate', 'cut or extend files');
    if (this.fileSystem.truncate !== undefined)
      return this.#call('truncate', path, (fs, inner) => fs.truncate!(inner, size, o ?? NO_CALL));
    const file = await this.open(path, O_RDWR, 0, o);
    try {
      await file.truncate(size, o);
    } finally {
      await file.close();
    }
  }

  // The root of a mount stays, as a mount point of the system does.
  #refuseRoot(code: 'EBUSY' | 'EISDIR', syscall: string, path: FilePath): void {
    if (this.inner(path, syscall) === '/') throw fileSystemError(code, syscall, path);
  }

  async unlink(path: FilePath, o?: OpOptions): Promise<void> {
    this.#refuseRoot('EISDIR', 'unlink', path);
    await this.#call('unlink', path, (fs, inner) => fs.unlink(inner, o ?? NO_CALL));
  }

  async mkdir(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    await this.#call('mkdir', path, (fs, inner) => fs.mkdir(inner, permissions, o ?? NO_CALL));
  }

  async rmdir(path: FilePath, o?: OpOptions): Promise<void> {
    this.#refuseRoot('EBUSY', 'rmdir', path);
    await this.#call('rmdir', path, (fs, inner) => fs.rmdir(inner, o ?? NO_CALL));
  }

  async rename(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    if (!this.can('rename')) throw this.unsupported('rename', 'rename files');
    this.#refuseRoot('EBUSY', 'rename', from);
    this.#refuseRoot('EBUSY', 'rename', to);
    await this.#between('rename', from, to, (fs, old, fresh) => fs.rename(old, fresh, o ?? NO_CALL));
  }

  async isMount(path: FilePath): Promise<boolean> {
    return this.inner(path, 'lstat') === '/';
  }

  async sameFile(path1: FilePath, path2: FilePath, o?: OpOptions): Promise<boolean> {
    const one = (await this.stat(path1, FOLLOW_BIGINT, o)) as BigIntStats;
    const other = (await this.stat(path2, FOLLOW_BIGINT, o)) as BigIntStats;
    // Without inode numbers only the path tells.
    if (one.ino === 0n && other.ino === 0n)
      return normalized(textOf(this.inner(path1, 'stat'))) === normalized(textOf(this.inner(path2, 'stat')));
    return one.ino === other.ino && one.dev === other.dev;
  }

  // --- directories ----------------------------------------------------------------------------------------------------

  makeDirectories(path: FilePath, permissions: number, existOk: boolean, o?: OpOptions): Promise<void> {
    return makeDirectories(this, path, permissions, existOk, o);
  }

  removeDirectories(path: FilePath, o?: OpOptions): Promise<void> {
    return removeDirectories(this, path, o);
  }

  renameDirectories(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    return renameDirectories(this, from, to, o);
  }

  async names(path: FilePath, asBytes: boolean, o?: OpOptions): Promise<FilePath[]> {
    const names: FilePath[] = [];
    const listing = this.listing(path, o);
    for (;;) {
      const batch = await listing.next();
      if (batch === undefined) return names;
      for (const { name } of batch) names.push(asBytes ? Buffer.from(name) : name);
    }
  }

  listing(path: FilePath, o?: OpOptions): Listing {
    let items: AsyncIterator<readonly DirectoryItem[]> | undefined;
    return {
      next: () =>
        this.#call('scandir', path, async (fs, inner) => {
          items ??= fs.list(inner, o ?? NO_CALL)[Symbol.asyncIterator]();
          const batch = await items.next();
          return batch.done === true ? undefined : batch.value;
        }),
      close: () => {
        items?.return?.()?.then(undefined, () => undefined); // nobody waits for what it may still say
      },
    };
  }

  walk(top: FilePath, options: TreeWalkOptions, o?: OpOptions): TreeWalker {
    return new GenericTreeWalk(this, top, options, o);
  }

  async removeTree(path: FilePath, options: RemoveTreeCall, o?: OpOptions): Promise<void> {
    if (this.fileSystem.removeTree !== undefined)
      return this.#call('rmdir', path, (fs, inner) => fs.removeTree!(inner, options, o ?? NO_CALL));
    await removeTreeOf(this, path, options, o);
  }

  // --- whole jobs -----------------------------------------------------------------------------------------------------

  copyFileInto(from: FilePath, to: FilePath, options: CopyFileOptions, o?: OpOptions): Promise<FilePath> {
    return copyFileInto(this, from, this, to, options, o);
  }

  /** Copies within the file system, where it can do so itself. */
  copyFileWithin(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<void> | undefined {
    if (this.fileSystem.copyFile === undefined) return undefined;
    return this.#between('copyfile', from, to, (fs, source, target) =>
      fs.copyFile!(source, target, options, o ?? NO_CALL),
    );
  }

  async copyTree(from: FilePath, to: FilePath, options: CopyTreeOptions, o?: OpOptions): Promise<void> {
    if (this.fileSystem.copyTree !== undefined)
      return this.#between('cp', from, to, (fs, source, target) =>
        fs.copyTree!(source, target, options, o ?? NO_CALL),
      );
    await copyTreeBetween(this, from, this, to, options, o);
  }

  moveInto(from: FilePath, to: FilePath, o?: OpOptions): Promise<FilePath> {
    return moveBetween(this, from, this, to, o);
  }

  async *readMany(paths: readonly FilePath[], o?: OpOptions): AsyncGenerator<readonly ReadManyAnswer[]> {
    if (this.fileSystem.readMany === undefined) {
      yield* readOneByOne(this, paths, o);
      return;
    }
    const inner = paths.map((path) => this.inner(path, 'open'));
    for await (const batch of this.fileSystem.readMany(inner, o ?? NO_CALL)) {
      yield batch.map((answer) =>
        answer.error === undefined
          ? answer
          : { index: answer.index, error: completeError(answer.error, 'open', paths[answer.index]) as Error },
      );
    }
  }

  async statMany(
    paths: readonly FilePath[],
    options: StatCall = FOLLOW,
    o?: OpOptions,
  ): Promise<(Stats | BigIntStats | Error)[]> {
    if (this.fileSystem.statMany === undefined) return statOneByOne(this, paths, options, o);
    const inner = paths.map((path) => this.inner(path, 'stat'));
    const answers = await this.fileSystem.statMany(inner, options, o ?? NO_CALL);
    return answers.map((answer, i) =>
      answer instanceof Error
        ? (completeError(answer, options.followSymlinks ? 'stat' : 'lstat', paths[i]) as Error)
        : completeStats(answer, options.bigint),
    );
  }

  async replaceFile(
    path: FilePath,
    data: string | Uint8Array,
    options: ReplaceOptions,
    o?: OpOptions,
  ): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#checkReplace(options);
    if (this.fileSystem.replaceFile !== undefined)
      return this.#call('open', path, (fs, inner) => fs.replaceFile!(inner, bytes, options, o ?? NO_CALL));
    await replaceWhole(this, path, bytes, options, o);
  }

  async openReplacement(
    path: FilePath,
    flags: number,
    options: ReplaceOptions & { readonly exclusive: boolean },
    o?: OpOptions,
  ): Promise<Replacement> {
    this.#checkReplace(options);
    if (this.fileSystem.openReplacement === undefined)
      return openReplacementOf(this, path, flags, options, o);
    if ((flags & O_ACCMODE) === O_RDWR && !this.can('randomWrite'))
      throw this.unsupported('randomWrite', 'read what is being written');
    const file = await this.#call('open', path, (fs, inner) =>
      fs.openReplacement!(inner, options, o ?? NO_CALL),
    );
    // Its `close` publishes, and its `abort` does not.
    const opened = await this.#opened(file, flags & ~(O_CREAT | O_EXCL | O_TRUNC), o);
    return { file: opened, publish: () => Promise.resolve(), drop: () => Promise.resolve() };
  }

  #checkReplace({ ifMatch }: ReplaceOptions): void {
    if (!this.can('atomicReplace')) throw this.unsupported('atomicReplace', 'replace a file in one step');
    if (ifMatch !== undefined && !this.can('conditional'))
      throw this.unsupported('conditional', 'make a write conditional');
  }

  createTemporaryFile(place: TempPlace, kind: TempFileKind, o?: OpOptions): Promise<TemporaryFile> {
    return createFileIn(this, place, kind, o);
  }

  createTemporaryDirectory(place: TempPlace, o?: OpOptions): Promise<TemporaryDirectoryEntry> {
    return createDirectoryIn(this, place, o);
  }
}

/** Whether a file system's file is one of the library's own, with a position already. */
function isOpenFile(file: FileSystemFile | OpenFile): file is OpenFile {
  return typeof (file as Partial<OpenFile>).readToEnd === 'function';
}

async function endFile(file: FileSystemFile, reason: unknown): Promise<void> {
  await (file.abort?.(reason) ?? file.close()).catch(() => undefined); // the reason is the error to tell
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
