// A mounted file system as it is handed out: each call is published to the `uvfiles:op` channel, under the name that it has on real
// files. The calls that a whole job is made of are part of the job.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { published, publishedByAddon } from '../schedule/diagnostics.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import type {
  CopyFileOptions,
  CopyTreeOptions,
  ExtendedAttributes,
  FilePath,
  FileSystem,
  FollowOptions,
  ReadManyAnswer,
  RemoveTreeCall,
  ReplaceOptions,
  StatCall,
  StatVfs,
} from './filesystem.js';
import { MountedStore } from './mounted-store.js';
import type { OpenFile } from './open-file.js';
import { publishingFile } from './publishing-file.js';
import type {
  Listing,
  Replacement,
  TempFileKind,
  TemporaryDirectoryEntry,
  TemporaryFile,
  TempPlace,
  Timestamp,
  TreeWalker,
  TreeWalkOptions,
} from './store.js';

/** The store of `fileSystem`, which is mounted at `prefix`, for public functions. */
export function storeFor(prefix: string, fileSystem: FileSystem): MountedStore {
  return publishedByAddon.has(fileSystem)
    ? new MountedStore(prefix, fileSystem)
    : new PublishingStore(prefix, fileSystem);
}

class PublishingStore extends MountedStore {
  /** Performs the calls. What it calls itself is not published. */
  readonly #silent: MountedStore;

  constructor(prefix: string, fileSystem: FileSystem) {
    super(prefix, fileSystem);
    this.#silent = new MountedStore(prefix, fileSystem);
  }

  // --- files ----------------------------------------------------------------------------------------------------------

  override async open(path: FilePath, flags: number, permissions: number, o?: OpOptions): Promise<OpenFile> {
    const open = (): Promise<OpenFile> => this.#silent.open(path, flags, permissions, o);
    return publishingFile(await published('open', path, o, open));
  }

  override readFile(path: FilePath, o?: OpOptions): Promise<Buffer> {
    return published('readFile', path, o, () => this.#silent.readFile(path, o));
  }

  override writeFile(
    path: FilePath,
    data: Uint8Array,
    flags: number,
    permissions: number,
    o?: OpOptions,
  ): Promise<void> {
    const name = (flags & constants.O_APPEND) !== 0 ? 'appendFile' : 'writeFile';
    return published(name, path, o, () => this.#silent.writeFile(path, data, flags, permissions, o));
  }

  override stat(path: FilePath, options: StatCall, o?: OpOptions): Promise<Stats | BigIntStats> {
    const name = options.followSymlinks ? 'stat' : 'lstat';
    return published(name, path, o, () => this.#silent.stat(path, options, o));
  }

  override access(path: FilePath, mode: number, o?: OpOptions): Promise<boolean> {
    return published('access', path, o, () => this.#silent.access(path, mode, o));
  }

  override readlink(path: FilePath, o?: OpOptions): Promise<Buffer> {
    return published('readlink', path, o, () => this.#silent.readlink(path, o));
  }

  override realpath(path: FilePath, o?: OpOptions): Promise<Buffer> {
    return published('realpath', path, o, () => this.#silent.realpath(path, o));
  }

  override async syncDirectory(path: FilePath): Promise<void> {
    if (this.fileSystem.syncDirectory === undefined) return;
    await published('fsync', path, undefined, () => this.#silent.syncDirectory(path));
  }

  override statvfs(path: FilePath, o?: OpOptions): Promise<StatVfs> {
    return published('statvfs', path, o, () => this.#silent.statvfs(path, o));
  }

  override link(existing: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    return published('link', existing, o, () => this.#silent.link(existing, path, o));
  }

  override symlink(target: FilePath, path: FilePath, o?: OpOptions): Promise<void> {
    return published('symlink', target, o, () => this.#silent.symlink(target, path, o));
  }

  override chmod(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    return published('chmod', path, o, () => this.#silent.chmod(path, permissions, o));
  }

  override chown(
    path: FilePath,
    uid: number,
    gid: number,
    options: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    return published('chown', path, o, () => this.#silent.chown(path, uid, gid, options, o));
  }

  override setTimes(
    path: FilePath,
    accessed: Timestamp,
    modified: Timestamp,
    options: FollowOptions,
    o?: OpOptions,
  ): Promise<void> {
    return published('utime', path, o, () => this.#silent.setTimes(path, accessed, modified, options, o));
  }

  override truncate(path: FilePath, size: number | bigint, o?: OpOptions): Promise<void> {
    return published('truncate', path, o, () => this.#silent.truncate(path, size, o));
  }

  override unlink(path: FilePath, o?: OpOptions): Promise<void> {
    return published('unlink', path, o, () => this.#silent.unlink(path, o));
  }

  override mkdir(path: FilePath, permissions: number, o?: OpOptions): Promise<void> {
    return published('mkdir', path, o, () => this.#silent.mkdir(path, permissions, o));
  }

  override rmdir(path: FilePath, o?: OpOptions): Promise<void> {
    return published('rmdir', path, o, () => this.#silent.rmdir(path, o));
  }

  override rename(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    return published('rename', from, o, () => this.#silent.rename(from, to, o));
  }

  override isMount(path: FilePath, o?: OpOptions): Promise<boolean> {
    return published('ismount', path, o, () => this.#silent.isMount(path, o));
  }

  override sameFile(path1: FilePath, path2: FilePath, o?: OpOptions): Promise<boolean> {
    return published('samefile', path1, o, () => this.#silent.sameFile(path1, path2, o));
  }

  override get attributes(): ExtendedAttributes | undefined {
    const { attributes } = this.#silent;
    if (attributes === undefined) return undefined;
    return {
      getAttribute: (path, name, follow, o) =>
        published('getxattr', path, o, () => attributes.getAttribute(path, name, follow, o)),
      setAttribute: (path, name, value, follow, mode, o) =>
        published('setxattr', path, o, () => attributes.setAttribute(path, name, value, follow, mode, o)),
      listAttributes: (path, follow, o) =>
        published('listxattr', path, o, () => attributes.listAttributes(path, follow, o)),
      removeAttribute: (path, name, follow, o) =>
        published('removexattr', path, o, () => attributes.removeAttribute(path, name, follow, o)),
    };
  }

  // --- directories ----------------------------------------------------------------------------------------------------

  override makeDirectories(
    path: FilePath,
    permissions: number,
    existOk: boolean,
    o?: OpOptions,
  ): Promise<void> {
    return published('makedirs', path, o, () => this.#silent.makeDirectories(path, permissions, existOk, o));
  }

  override removeDirectories(path: FilePath, o?: OpOptions): Promise<void> {
    return published('removedirs', path, o, () => this.#silent.removeDirectories(path, o));
  }

  override renameDirectories(from: FilePath, to: FilePath, o?: OpOptions): Promise<void> {
    return published('renames', from, o, () => this.#silent.renameDirectories(from, to, o));
  }

  override names(path: FilePath, asBytes: boolean, o?: OpOptions, sorted?: boolean): Promise<FilePath[]> {
    return published('scandir', path, o, () => this.#silent.names(path, asBytes, o, sorted));
  }

  override listing(path: FilePath, o?: OpOptions): Listing {
    const listing = this.#silent.listing(path, o);
    return {
      next: eachBatch('scandir', path, o, () => listing.next()),
      close: () => listing.close(),
    };
  }

  override walk(top: FilePath, options: TreeWalkOptions, o?: OpOptions): TreeWalker {
    const walker = this.#silent.walk(top, options, o);
    walker.next = eachBatch('walk', top, o, walker.next.bind(walker));
    return walker;
  }

  override removeTree(path: FilePath, options: RemoveTreeCall, o?: OpOptions): Promise<void> {
    return published('rmtree', path, o, () => this.#silent.removeTree(path, options, o));
  }

  // --- whole jobs -----------------------------------------------------------------------------------------------------

  override copyFileInto(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<FilePath> {
    return published('copy', from, o, () => this.#silent.copyFileInto(from, to, options, o));
  }

  override copyFileWithin(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<void> | undefined {
    if (this.fileSystem.copyFile === undefined) return undefined;
    return published('copy', from, o, async () => this.#silent.copyFileWithin(from, to, options, o));
  }

  override copyTree(from: FilePath, to: FilePath, options: CopyTreeOptions, o?: OpOptions): Promise<void> {
    return published('copytree', from, o, () => this.#silent.copyTree(from, to, options, o));
  }

  override moveInto(from: FilePath, to: FilePath, o?: OpOptions): Promise<FilePath> {
    return published('move', from, o, () => this.#silent.moveInto(from, to, o));
  }

  override async *readMany(
    paths: readonly FilePath[],
    o?: OpOptions,
  ): AsyncGenerator<readonly ReadManyAnswer[]> {
    const batches = this.#silent.readMany(paths, o);
    const next = eachBatch('readMany', undefined, o, async () => {
      const batch = await batches.next();
      return batch.done === true ? undefined : batch.value;
    });
    try {
      for (let batch = await next(); batch !== undefined; batch = await next()) yield batch;
    } finally {
      await batches.return(undefined);
    }
  }

  override statMany(
    paths: readonly FilePath[],
    options?: StatCall,
    o?: OpOptions,
  ): Promise<(Stats | BigIntStats | Error)[]> {
    return published('statMany', undefined, o, () => this.#silent.statMany(paths, options, o));
  }

  override replaceFile(
    path: FilePath,
    data: Uint8Array,
    options: ReplaceOptions,
    o?: OpOptions,
  ): Promise<void> {
    return published('writeAtomic', path, o, () => this.#silent.replaceFile(path, data, options, o));
  }

  override async openReplacement(
    path: FilePath,
    flags: number,
    options: ReplaceOptions & { readonly exclusive: boolean },
    o?: OpOptions,
  ): Promise<Replacement> {
    const open = (): Promise<Replacement> => this.#silent.openReplacement(path, flags, options, o);
    const made = await published('openAtomic', path, o, open);
    // Where the file system has replacements of its own, closing the file puts it in place.
    const isOwn = this.fileSystem.openReplacement !== undefined;
    return {
      file: publishingFile(made.file),
      publish: () =>
        isOwn ? made.publish() : published('openAtomic', path, undefined, () => made.publish()),
      drop: () => made.drop(),
    };
  }

  override async createTemporaryFile(
    place: TempPlace,
    kind: TempFileKind,
    o?: OpOptions,
  ): Promise<TemporaryFile> {
    const create = (): Promise<TemporaryFile> => this.#silent.createTemporaryFile(place, kind, o);
    const made = await published('mkstemp', place.dir, o, create);
    return {
      ...made,
      file: publishingFile(made.file),
      discard: () => published('unlink', made.path, undefined, () => made.discard()),
    };
  }

  override async createTemporaryDirectory(place: TempPlace, o?: OpOptions): Promise<TemporaryDirectoryEntry> {
    const create = (): Promise<TemporaryDirectoryEntry> => this.#silent.createTemporaryDirectory(place, o);
    const made = await published('mkdtemp', place.dir, o, create);
    return {
      ...made,
      remove: (ignoreErrors) => published('rmtree', made.path, undefined, () => made.remove(ignoreErrors)),
    };
  }
}

/** `next`, which publishes one operation for each batch. To find the end after a batch is no operation of its own. */
function eachBatch<T>(
  operation: string,
  path: FilePath | undefined,
  o: GivenOptions,
  next: () => Promise<T | undefined>,
): () => Promise<T | undefined> {
  let isFirst = true;
  return async () => {
    const batch = await published(operation, path, o, next, (found) => found === undefined && !isFirst);
    isFirst = false;
    return batch;
  };
}
