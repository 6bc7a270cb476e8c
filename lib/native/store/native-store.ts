// The real files. Each call is one operation in the addon's queue, or none if the answer is cached.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { systemError } from '../../errors/index.js';
import { lacking } from '../../filesystem/errors.js';
import type {
  Capabilities,
  FilePath,
  RemoveTreeCall,
  ReplaceOptions,
  StatCall,
} from '../../filesystem/filesystem.js';
import type { OpenFile } from '../../filesystem/open-file.js';
import type { Store, TreeWalkOptions } from '../../filesystem/store.js';
import type { GivenOptions, OpOptions } from '../../schedule/options.js';
import { addon } from '../addon.js';
import { withDescriptors } from '../descriptor-wait.js';
import {
  accessCached,
  inlineOr,
  openCached,
  readlinkCached,
  readStatedCached,
  statCached,
} from '../inline-paths.js';
import * as C from '../path-call.js';
import * as P from '../protocol.js';
import { FEW_DEFERRED, mayInline, mayDefer, deferred } from '../inline-budget.js';
import { sharedStat } from '../sharing.js';
import { removeTree, removeTreeReporting } from '../remove-tree.js';
import * as R from '../requests.js';
import { MAKE_DIRECTORIES, REMOVE_DIRECTORIES, RENAME_DIRECTORIES } from '../task-kinds.js';
import { askPath, pathCall, runTask } from '../tasks.js';
import { copyFileInto, copyFiles, copyFolder, copyTree, moveInto } from './copies.js';
import { NativeListing, namesIn } from './listing.js';
import { NativeReadMany, statMany as statManyReal } from './many.js';
import { NameCalls } from './name-calls.js';
import { NativeFile } from './native-file.js';
import { readWhole } from './read-whole.js';
import { openReplacement, replaceFile } from './replace.js';
import { sendFile, sendFileNow } from './send-file.js';
import { createTemporaryDirectory, createTemporaryFile } from './temporary-files.js';
import { NativeTreeWalk } from './tree-walk.js';

const { O_APPEND, O_RDONLY } = constants;

// Closes a file whose caller has been rejected.
function closeUnwanted(record: R.OpenedRecord): void {
  new NativeFile(record, true).close().catch(() => undefined); // nothing was written through it
}

async function opened(pending: Promise<R.OpenedRecord>, owned: boolean): Promise<NativeFile> {
  return new NativeFile(await pending, owned);
}

/** The real files of the process. */
export class NativeStore extends NameCalls implements Store {
  readonly name = 'native';
  readonly prefix = '';

  /** Everything but conditional writes. */
  can(capability: keyof Capabilities): boolean {
    return capability !== 'conditional';
  }

  unsupported(capability: keyof Capabilities, what: string): Error {
    return lacking(this.name, capability, what);
  }

  open(path: FilePath, flags: number, permissions: number, o?: OpOptions): Promise<OpenFile> {
    if (flags === O_RDONLY && mayInline(o)) {
      const record = openCached(path, flags, o);
      if (record !== undefined) return Promise.resolve(new NativeFile(record, true));
    } else if (flags === O_RDONLY && mayDefer(FEW_DEFERRED, o)) {
      return openLater(path, flags, permissions, o);
    }
    const slot = R.begin(P.KIND_OPEN, R.AS_OPENED, undefined);
    R.name(slot, 'open', path).onAbandoned = (answer) => closeUnwanted(answer as R.OpenedRecord);
    const refused = R.applyOptions(slot, o, true);
    if (refused !== undefined) return refused;
    const { args } = R;
    args[P.ARG_OPEN_FLAGS] = flags;
    args[P.ARG_MODE] = permissions;
    if ((flags & O_APPEND) !== 0) args[P.ARG_FLAGS] = P.FLAG_APPEND;
    addon.submitPath(path);
    return opened(R.sent(slot), true);
  }

  /** A small file with its status if that takes no thread. */
  readStatedInline(path: FilePath, o?: OpOptions): ReturnType<typeof readStatedCached> {
    return readStatedCached(path, o);
  }

  /** Makes the names in a directory durable. Waits for a descriptor if the process has none. */
  async syncDirectory(path: FilePath, o?: OpOptions): Promise<void> {
    await withDescriptors(() => pathCall(C.SYNC_DIRECTORY, [path], [], o), o);
  }

  /** Takes over an open descriptor; `owned` says whether the file's `close` closes it. */
  adopt(fd: number, flags: number, owned: boolean, o?: OpOptions): Promise<OpenFile> {
    const slot = R.begin(P.KIND_OPEN, R.AS_OPENED, undefined);
    R.name(slot, 'fstat');
    // Cannot be cancelled half-way, because it must be certain who owns the descriptor.
    const refused = R.applyOptions(slot, o, false);
    if (refused !== undefined) return refused;
    const { args } = R;
    args[P.ARG_OPEN_FLAGS] = P.ADOPT_DESCRIPTOR;
    args[P.ARG_POSITION] = fd;
    args[P.ARG_SIZE] = owned ? 0 : 1;
    if ((flags & O_APPEND) !== 0) args[P.ARG_FLAGS] = P.FLAG_APPEND;
    addon.submitPath('');
    return opened(R.sent(slot), owned);
  }

  /** The same, synchronously, for a descriptor that stays the caller's. Throws the system's error. */
  adoptNow(fd: number): OpenFile {
    R.ensureOpen();
    const { args } = R;
    args[P.ARG_POSITION] = fd;
    args[P.ARG_FLAGS] = 0;
    addon.adoptNow();
    const status = args[P.ARG_STATUS] as number;
    if (status < 0) throw systemError(status, 'fstat');
    const record = {
      fd,
      id: args[P.ARG_FILE] as number,
      kind: args[P.ARG_MODE] as number,
      seekable: args[P.ARG_WHENCE] !== 0,
      position: args[P.ARG_POSITION],
      size: args[P.ARG_SIZE] as number,
    };
    return new NativeFile(record, false);
  }

  /** Waits for a descriptor if the process has none. */
  readFile(path: FilePath, o?: OpOptions): Promise<Buffer> {
    return readWhole(path, 0, o);
  }

  /** Waits for a descriptor if the process has none. */
  async readSmallFile(path: FilePath, most: number, o?: OpOptions): Promise<Buffer | undefined> {
    try {
      return await readWhole(path, most, o);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EFBIG') return undefined;
      throw error;
    }
  }

  writeFile(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    o?: OpOptions,
  ): Promise<void> {
    const slot = R.begin(P.KIND_WRITE_FILE, R.AS_NOTHING, undefined);
    R.name(slot, 'open', path);
    const refused = R.applyOptions(slot, o, false);
    if (refused !== undefined) return refused;
    const { args } = R;
    args[P.ARG_OPEN_FLAGS] = flags;
    args[P.ARG_MODE] = permissions;
    addon.submitWriteFile(path, data);
    return R.sent(slot);
  }

  stat(path: FilePath, options: StatCall, o?: OpOptions): Promise<Stats | BigIntStats> {
    const { followSymlinks, bigint } = options;
    if (sharedStat()) {
      // Below.
    } else if (mayInline(o)) {
      const stats = statCached(path, followSymlinks, bigint, o);
      if (typeof stats === 'number')
        return Promise.reject(systemError(stats, followSymlinks ? 'stat' : 'lstat', path));
      if (stats !== undefined) return Promise.resolve(stats);
    } else if (mayDefer(FEW_DEFERRED, o)) {
      return statLater(path, options, o);
    }
    const slot = R.begin(
      followSymlinks ? P.KIND_STAT : P.KIND_LSTAT,
      bigint ? R.AS_BIGINT_STATS : R.AS_STATS,
      undefined,
    );
    R.name(slot, followSymlinks ? 'stat' : 'lstat', path);
    const refused = R.applyOptions(slot, o, true);
    if (refused !== undefined) return refused;
    if (bigint) R.args[P.ARG_FLAGS] = P.FLAG_BIGINT;
    addon.submitPath(path);
    return R.sent(slot);
  }

  access(path: FilePath, mode: number, o?: OpOptions): Promise<boolean> {
    return inlineOr(
      () => accessCached(path, mode, o),
      () => askPath(C.ACCESS, [path], [mode], o),
      o,
    );
  }

  readlink(path: FilePath, o?: OpOptions): Promise<Buffer> {
    return inlineOr(
      () => readlinkCached(path, o),
      () => pathCall(C.READLINK, [path], [], o),
      o,
    );
  }

  protected override call(
    call: number,
    paths: readonly FilePath[],
    numbers: readonly (number | bigint)[],
    o: GivenOptions,
  ): Promise<Buffer> {
    return pathCall(call, paths, numbers, o);
  }

  realpath(path: FilePath, o?: OpOptions): Promise<Buffer> {
    return pathCall(C.REALPATH, [path], [], o);
  }

  isMount(path: FilePath, o?: OpOptions): Promise<boolean> {
    return askPath(C.IS_MOUNT, [path], [], o);
  }

  sameFile(path1: FilePath, path2: FilePath, o?: OpOptions): Promise<boolean> {
    return askPath(C.SAME_FILE, [path1, path2], [], o);
  }

  /** Whether both descriptors are open on the same file. */
  sameOpenFile(fd1: number, fd2: number, o?: OpOptions): Promise<boolean> {
    return askPath(C.SAME_OPEN_FILE, [], [fd1, fd2], o);
  }

  async makeDirectories(path: FilePath, permissions: number, existOk: boolean, o?: OpOptions): Promise<void> {
    await runTask(MAKE_DIRECTORIES, [path], [permissions, existOk ? 1 : 0], o);
  }

  async removeDirectories(path: FilePath, o?: OpOptions): Promise<void> {
    await runTask(REMOVE_DIRECTORIES, [path], [], o);
  }

  async renameDirectories(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    await runTask(RENAME_DIRECTORIES, [from, to], [], o);
  }

  // Getters: these functions are loaded when they are first used (LATER in scripts/steps/bundle.ts).
  get names(): typeof namesIn {
    return namesIn;
  }

  listing(path: FilePath, o?: OpOptions): NativeListing {
    return new NativeListing([path], o);
  }

  walk(top: FilePath, options: TreeWalkOptions, o?: OpOptions): NativeTreeWalk {
    return new NativeTreeWalk(top, options, o);
  }

  async removeTree(path: FilePath, { ignoreErrors, onError }: RemoveTreeCall, o?: OpOptions): Promise<void> {
    if (onError !== undefined && !ignoreErrors) await removeTreeReporting(path, onError, o);
    else await removeTree(path, { force: false, ignoreErrors, missingIsFine: false }, o);
  }

  get copyFileInto(): typeof copyFileInto {
    return copyFileInto;
  }
  get copyTree(): typeof copyTree {
    return copyTree;
  }
  get copyFolder(): typeof copyFolder | undefined {
    return process.platform === 'win32' ? undefined : copyFolder;
  }
  get copyFiles(): typeof copyFiles | undefined {
    return process.platform === 'win32' ? undefined : copyFiles;
  }
  get moveInto(): typeof moveInto {
    return moveInto;
  }

  readMany(paths: readonly FilePath[], o?: OpOptions): NativeReadMany {
    return new NativeReadMany(paths, o);
  }

  get statMany(): typeof statManyReal {
    return statManyReal;
  }

  withDescriptors<T>(attempt: () => Promise<T>, o?: OpOptions): Promise<T> {
    return withDescriptors(attempt, o);
  }

  get replaceFile(): typeof replaceFile {
    return replaceFile;
  }

  openReplacement(
    path: FilePath,
    flags: number,
    options: ReplaceOptions & { readonly exclusive: boolean },
    o?: OpOptions,
  ): ReturnType<Store['openReplacement']> {
    return openReplacement(path, flags, options, o, (name, present) => this.open(name, present, 0, o));
  }

  /** An `offset` of -1 means the position of `from`, which moves. */
  get sendFile(): typeof sendFile {
    return sendFile;
  }
  get sendFileNow(): typeof sendFileNow {
    return sendFileNow;
  }

  get createTemporaryFile(): typeof createTemporaryFile {
    return createTemporaryFile;
  }
  get createTemporaryDirectory(): typeof createTemporaryDirectory {
    return createTemporaryDirectory;
  }
}

// Separate functions, so that calls without closures pay nothing for them.
function openLater(path: FilePath, flags: number, permissions: number, o: GivenOptions): Promise<OpenFile> {
  return deferred(undefined, () => nativeStore.open(path, flags, permissions, o));
}

function statLater(path: FilePath, options: StatCall, o: GivenOptions): Promise<Stats | BigIntStats> {
  return deferred(undefined, () => nativeStore.stat(path, options, o));
}

/** Real files, through the addon. */
export const nativeStore = new NativeStore();
