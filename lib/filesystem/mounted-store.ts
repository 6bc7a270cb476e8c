// A mounted file system as a complete store. The prefix is cut off the caller's paths, errors name the caller's paths, missing
// capabilities are refused before any I/O, and missing whole jobs are composed of single calls.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { throwIfEnded } from '../schedule/watch-call.js';
import { Call, NO_CALL } from '../schedule/call.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { sortByBytes } from '../text/byte-order.js';
import { completeError, fileSystemError, orEnd } from './errors.js';
import type {
  CopyFileOptions,
  CopyTreeOptions,
  DirectoryItem,
  FilePath,
  FileSystem,
  ReadManyAnswer,
  RemoveTreeCall,
  ReplaceOptions,
  StatCall,
} from './filesystem.js';
import { copyFileInto } from './generic/copy.js';
import { copyTreeBetween } from './generic/copy-tree.js';
import { makeDirectories, removeDirectories, renameDirectories } from './generic/directories.js';
import { statOrNothing } from './generic/lookups.js';
import { moveBetween } from './generic/move.js';
import { readOneByOne, statOneByOne } from './generic/many.js';
import { removeTreeOf } from './generic/remove-tree.js';
import { openReplacementOf, replaceWhole } from './generic/replace.js';
import { createDirectoryIn, createFileIn } from './generic/temporary.js';
import { GenericTreeWalk } from './generic/tree-walk.js';
import { MountedFiles } from './mounted-files.js';
import { completeStats } from './stats.js';
import {
  FOLLOW,
  type Listing,
  type Replacement,
  type Store,
  type TempFileKind,
  type TemporaryDirectoryEntry,
  type TemporaryFile,
  type TempPlace,
  type TreeWalker,
  type TreeWalkOptions,
} from './store.js';

const {
  O_ACCMODE = 3,
  O_RDWR,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
} = constants as typeof constants & {
  O_ACCMODE?: number;
};

/** A mounted file system as a store. */
export class MountedStore extends MountedFiles implements Store {
  // --- directories ----------------------------------------------------------------------------------------------------

  makeDirectories(path: FilePath, permissions: number, existOk: boolean, o?: OpOptions): Promise<void> {
    return makeDirectories(this, path, permissions, existOk, o);
  }

  removeDirectories(path: FilePath, o?: OpOptions): Promise<void> {
    return removeDirectories(this, path, o);
  }

  async renameDirectories(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    this.requireRename();
    return renameDirectories(this, from, to, o);
  }

  async names(path: FilePath, asBytes: boolean, o?: OpOptions, sorted = false): Promise<FilePath[]> {
    const names: FilePath[] = [];
    const listing = this.listing(path, o);
    for (;;) {
      const batch = await listing.next();
      if (batch === undefined) return sorted ? sortByBytes(names) : names;
      for (const { name } of batch) names.push(asBytes ? Buffer.from(name) : name);
    }
  }

  listing(path: FilePath, o?: OpOptions): Listing {
    let items: AsyncIterator<readonly DirectoryItem[]> | undefined;
    return {
      next: () => {
        if (o instanceof Call) o.beginStep();
        return this.call('scandir', path, o, async (fs, inner) => {
          items ??= fs.list(inner, o ?? NO_CALL)[Symbol.asyncIterator]();
          const batch = await items.next();
          return batch.done === true ? undefined : batch.value;
        });
      },
      close: () => {
        items?.return?.()?.then(undefined, () => undefined); // its result is not awaited any more
      },
    };
  }

  walk(top: FilePath, options: TreeWalkOptions, o?: OpOptions): TreeWalker {
    return new GenericTreeWalk(this, top, options, o);
  }

  async removeTree(path: FilePath, options: RemoveTreeCall, o?: OpOptions): Promise<void> {
    if (this.fileSystem.removeTree !== undefined)
      return this.call('rmdir', path, o, (fs, inner) => fs.removeTree!(inner, options, o ?? NO_CALL));
    await removeTreeOf(this, path, options, o);
  }

  // --- whole jobs -----------------------------------------------------------------------------------------------------

  copyFileInto(from: FilePath, to: FilePath, options: CopyFileOptions, o?: OpOptions): Promise<FilePath> {
    return copyFileInto(this, from, this, to, options, o);
  }

  /** Whether a file becomes visible only when it is closed, complete, and leaves nothing behind when it is aborted. */
  get appearsAtClose(): boolean {
    return this.fileSystem.openReplacement !== undefined && !this.can('randomWrite');
  }

  /** Copies within the file system, if it can do so itself. */
  copyFileWithin(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<void> | undefined {
    if (this.fileSystem.copyFile === undefined) return undefined;
    return this.between('copyfile', from, to, o, (fs, source, target) =>
      fs.copyFile!(source, target, options, o ?? NO_CALL),
    );
  }

  async copyTree(from: FilePath, to: FilePath, options: CopyTreeOptions, o?: OpOptions): Promise<void> {
    if (this.fileSystem.copyTree !== undefined)
      return this.between('cp', from, to, o, (fs, source, target) =>
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
    throwIfEnded(o);
    const { inner, places, refused } = this.innerPaths(paths, 'open');
    const named = (answer: ReadManyAnswer): ReadManyAnswer => {
      const index = places[answer.index] as number;
      if (answer.error === undefined) return answer.index === index ? answer : { ...answer, index };
      return { index, error: completeError(answer.error, 'open', paths[index]) as Error };
    };
    if (refused.length > 0) yield refused;
    if (inner.length === 0) return;
    try {
      for await (const batch of this.fileSystem.readMany(inner, o ?? NO_CALL)) yield batch.map(named);
    } catch (error) {
      throw orEnd(error, o);
    }
  }

  async statMany(
    paths: readonly FilePath[],
    options: StatCall = FOLLOW,
    o?: OpOptions,
  ): Promise<(Stats | BigIntStats | Error)[]> {
    if (this.fileSystem.statMany === undefined) return statOneByOne(this, paths, options, o);
    throwIfEnded(o);
    const syscall = options.followSymlinks ? 'stat' : 'lstat';
    const { inner, places, refused } = this.innerPaths(paths, syscall);
    const found: (Stats | BigIntStats | Error)[] = [];
    for (const { index, error } of refused) found[index] = error;
    const answers = inner.length > 0 ? await this.#statAll(inner, options, o) : [];
    answers.forEach((answer, i) => {
      const index = places[i] as number;
      found[index] =
        answer instanceof Error
          ? (completeError(answer, syscall, paths[index]) as Error)
          : completeStats(answer, options.bigint);
    });
    return found;
  }

  async #statAll(
    inner: readonly FilePath[],
    options: StatCall,
    o: GivenOptions,
  ): ReturnType<NonNullable<FileSystem['statMany']>> {
    try {
      return await this.fileSystem.statMany!(inner, options, o ?? NO_CALL);
    } catch (error) {
      throw orEnd(error, o);
    }
  }

  withDescriptors<T>(attempt: () => Promise<T>): Promise<T> {
    return attempt(); // the file system does so, if its files have descriptors
  }

  async replaceFile(path: FilePath, data: Uint8Array, options: ReplaceOptions, o?: OpOptions): Promise<void> {
    this.#checkReplace(options, 'replaceFile');
    if (this.fileSystem.replaceFile !== undefined)
      return this.call('open', path, o, (fs, inner) => fs.replaceFile!(inner, data, options, o ?? NO_CALL));
    await replaceWhole(this, path, data, options, o);
  }

  async openReplacement(
    path: FilePath,
    flags: number,
    options: ReplaceOptions & { readonly exclusive: boolean },
    o?: OpOptions,
  ): Promise<Replacement> {
    this.#checkReplace(options, 'openReplacement');
    if (this.fileSystem.openReplacement === undefined)
      return openReplacementOf(this, path, flags, options, o);
    if ((flags & O_ACCMODE) === O_RDWR && !this.can('randomWrite'))
      throw this.unsupported('randomWrite', 'read what is being written');
    // Without conditional writes, a check before the write has to do.
    if (
      options.exclusive &&
      !this.can('conditional') &&
      (await statOrNothing(this, path, FOLLOW, o)) !== undefined
    )
      throw fileSystemError('EEXIST', 'open', path);
    const file = await this.call('open', path, o, (fs, inner) =>
      fs.openReplacement!(inner, options, o ?? NO_CALL),
    );
    // Its `close` publishes, and its `abort` does not.
    const opened = await this.opened(file, flags & ~(O_CREAT | O_EXCL | O_TRUNC), o);
    return { file: opened, publish: () => Promise.resolve(), drop: () => Promise.resolve() };
  }

  /** @param own the file system's own way; what is made of its single steps cannot keep a condition */
  #checkReplace({ ifMatch }: ReplaceOptions, own: 'replaceFile' | 'openReplacement'): void {
    if (!this.can('atomicReplace')) throw this.unsupported('atomicReplace', 'replace a file in one step');
    if (ifMatch !== undefined && (this.fileSystem[own] === undefined || !this.can('conditional')))
      throw this.unsupported('conditional', 'make a write conditional');
  }

  createTemporaryFile(place: TempPlace, kind: TempFileKind, o?: OpOptions): Promise<TemporaryFile> {
    return createFileIn(this, place, kind, o);
  }

  createTemporaryDirectory(place: TempPlace, o?: OpOptions): Promise<TemporaryDirectoryEntry> {
    return createDirectoryIn(this, place, o);
  }
}
