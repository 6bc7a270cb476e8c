// A mounted file system and its open files as they are handed out: each call is published to the `uvfiles:op` channel, under the name
// that it has on real files. The calls that a whole job is made of are part of the job.
import { constants } from 'node:fs';

import { operations, published, publishedByAddon } from '../schedule/diagnostics.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { MountedStore } from './mounted-store.js';
import type { FileKind, FileRange, OpenFile } from './open-file.js';
import { PositionedFile } from './positioned.js';
import type {
  Listing,
  Replacement,
  Store,
  TempFileKind,
  TemporaryDirectoryEntry,
  TemporaryFile,
  TempPlace,
  TreeWalker,
  TreeWalkOptions,
} from './store.js';
import type {
  CopyFileOptions,
  ExtendedAttributes,
  FilePath,
  FileSystem,
  ReadManyAnswer,
  ReplaceOptions,
} from './filesystem.js';

/** The name of the operation, or a function that returns it; then which arguments are the path and the options of the call. */
type PublishedCall<A extends unknown[]> = readonly [
  operation: string | ((...args: A) => string),
  path: number | undefined,
  options: number | undefined,
];

/** The call is forwarded, and is not an operation. */
const FORWARDED = 'forwarded';
/** publishing.ts has a method for it. */
const BY_HAND = 'by hand';

/** A row for each method of T, which the compiler requires. */
type PublishedCalls<T> = {
  readonly [M in keyof T as NonNullable<T[M]> extends (...args: never[]) => unknown ? M : never]-?:
    | (NonNullable<T[M]> extends (...args: infer A) => unknown ? PublishedCall<A> : never)
    | typeof FORWARDED
    | typeof BY_HAND;
};

const NONE = undefined;

export const STORE_CALLS: PublishedCalls<Pick<MountedStore, keyof MountedStore & keyof Store>> = {
  open: BY_HAND,
  readFile: ['readFile', 0, 1],
  writeFile: [
    (_path, _data, flags) => ((flags & constants.O_APPEND) !== 0 ? 'appendFile' : 'writeFile'),
    0,
    4,
  ],
  stat: [(_path, { followSymlinks }) => (followSymlinks ? 'stat' : 'lstat'), 0, 2],
  access: ['access', 0, 2],
  readlink: ['readlink', 0, 1],
  realpath: ['realpath', 0, 1],
  statvfs: ['statvfs', 0, 1],
  link: ['link', 0, 2],
  symlink: ['symlink', 0, 2],
  chmod: ['chmod', 0, 2],
  chown: ['chown', 0, 4],
  setTimes: ['utime', 0, 4],
  truncate: ['truncate', 0, 2],
  unlink: ['unlink', 0, 1],
  mkdir: ['mkdir', 0, 2],
  rmdir: ['rmdir', 0, 1],
  rename: ['rename', 0, 2],
  syncDirectory: BY_HAND,
  isMount: ['ismount', 0, 1],
  sameFile: ['samefile', 0, 2],
  makeDirectories: ['makedirs', 0, 3],
  removeDirectories: ['removedirs', 0, 1],
  renameDirectories: ['renames', 0, 2],
  names: ['scandir', 0, 2],
  listing: BY_HAND,
  walk: BY_HAND,
  removeTree: ['rmtree', 0, 2],
  copyFileInto: ['copy', 0, 3],
  copyTree: ['copytree', 0, 3],
  moveInto: ['move', 0, 2],
  readMany: BY_HAND,
  statMany: ['statMany', NONE, 2],
  replaceFile: ['writeAtomic', 0, 3],
  openReplacement: BY_HAND,
  createTemporaryFile: BY_HAND,
  createTemporaryDirectory: BY_HAND,
  can: FORWARDED,
  unsupported: FORWARDED,
  withDescriptors: FORWARDED,
};

export const FILE_CALLS: PublishedCalls<Pick<PositionedFile, keyof PositionedFile & keyof OpenFile>> = {
  read: ['read', NONE, 3],
  readinto: ['read', NONE, 2],
  readToEnd: ['read', NONE, 1],
  write: ['write', NONE, 3],
  writeToEnd: ['write', NONE, 2],
  seek: ['lseek', NONE, 2],
  pread: ['read', NONE, 2],
  preadinto: ['read', NONE, 2],
  preadOver: ['read', NONE, 2],
  preadMany: BY_HAND,
  pwrite: ['write', NONE, 2],
  truncate: ['ftruncate', NONE, 1],
  sync: ['fsync', NONE, 0],
  datasync: ['fdatasync', NONE, 0],
  stat: ['fstat', NONE, 0],
  statBigInt: ['fstat', NONE, 0],
  isatty: FORWARDED,
  tryLock: ['lock', NONE, 2],
  unlock: ['lock', NONE, NONE],
  close: BY_HAND,
  abort: BY_HAND,
  settleNow: FORWARDED,
  writeNow: FORWARDED,
};

// A message about an open file has no path, as one about a real file.
const NO_PATH = undefined;

/** The store of `fileSystem`, which is mounted at `prefix`, for public functions. */
export function storeFor(prefix: string, fileSystem: FileSystem): MountedStore {
  return publishedByAddon.has(fileSystem)
    ? new MountedStore(prefix, fileSystem)
    : new PublishingStore(prefix, fileSystem);
}

// --- methods made of the tables -----------------------------------------------------------------------------------------

/** `silent` performs the calls. What it calls itself is not published. */
interface Forwarding<T> {
  readonly silent: T;
}

type Arguments = [a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown]; // no method has more
type Method<T> = (this: T, ...args: Arguments) => Promise<unknown>;
type AnyCall = PublishedCall<Arguments> | typeof FORWARDED | typeof BY_HAND;

/** Gives `prototype` a method for each row of `calls`, which forwards to that of `silent`. */
function addMethods<T>(prototype: Forwarding<T>, silent: T, calls: PublishedCalls<T>): void {
  for (const name of Object.keys(calls) as (keyof PublishedCalls<T>)[]) {
    const call = calls[name];
    if (call !== BY_HAND) Object.assign(prototype, { [name]: forwarding(silent[name] as Method<T>, call) });
  }
}

// Without a subscriber, a call allocates nothing here, and V8 can inline it: it knows `perform`.
function forwarding<T>(perform: Method<T>, call: Exclude<AnyCall, typeof BY_HAND>): Method<Forwarding<T>> {
  return function (a, b, c, d, e) {
    const { silent } = this;
    if (!operations.hasSubscribers || call === FORWARDED) return perform.call(silent, a, b, c, d, e);
    const args: Arguments = [a, b, c, d, e];
    const [operation, path = -1, options = -1] = call;
    return published(
      typeof operation === 'string' ? operation : operation(...args),
      args[path] as FilePath | undefined,
      args[options] as GivenOptions,
      () => perform.apply(silent, args),
    );
  };
}

// --- open files ---------------------------------------------------------------------------------------------------------

/** The same file, publishing. Real files publish already, whoever opened them. */
function publishingFile(file: OpenFile): OpenFile {
  return file instanceof PositionedFile ? (new PublishingFile(file) as PublishingFile & FileMethods) : file;
}

type FileMethods = Pick<PositionedFile, keyof typeof FILE_CALLS>;

class PublishingFile implements Forwarding<FileMethods> {
  readonly silent: FileMethods;
  readonly fd: number;
  readonly kind: FileKind;
  readonly owned: boolean;
  readonly seekable: boolean;
  readonly openedAt: number;
  readonly fileSystem: string;
  readonly lockSpace: object | undefined;
  readonly abort?: (reason?: unknown) => Promise<void>;
  readonly preadMany?: (ranges: readonly FileRange[], o?: OpOptions) => Promise<Buffer[]>;

  constructor(file: PositionedFile) {
    this.silent = file;
    this.fd = file.fd;
    this.kind = file.kind;
    this.owned = file.owned;
    this.seekable = file.seekable;
    this.openedAt = file.openedAt;
    this.fileSystem = file.fileSystem;
    this.lockSpace = file.lockSpace;
    if (file.abort !== undefined)
      this.abort = (reason) => published('close', NO_PATH, undefined, () => file.abort!(reason));
    if (file.preadMany !== undefined)
      this.preadMany = (ranges, o) => published('read', NO_PATH, o, () => file.preadMany!(ranges, o));
  }

  // A temporary file, and one that replaces another, have a `close` of their own.
  close(): Promise<void> {
    return published('close', NO_PATH, undefined, () => this.silent.close());
  }
}

addMethods(PublishingFile.prototype, PositionedFile.prototype, FILE_CALLS);

// --- the store ----------------------------------------------------------------------------------------------------------

class PublishingStore extends MountedStore implements Forwarding<MountedStore> {
  readonly silent: MountedStore;

  constructor(prefix: string, fileSystem: FileSystem) {
    super(prefix, fileSystem);
    this.silent = new MountedStore(prefix, fileSystem);
  }

  override async open(path: FilePath, flags: number, permissions: number, o?: OpOptions): Promise<OpenFile> {
    const { silent } = this;
    const open = (): Promise<OpenFile> => silent.open(path, flags, permissions, o);
    return publishingFile(await published('open', path, o, open));
  }

  override async syncDirectory(path: FilePath): Promise<void> {
    if (this.fileSystem.syncDirectory === undefined) return;
    await published('fsync', path, undefined, () => this.silent.syncDirectory(path));
  }

  override get attributes(): ExtendedAttributes | undefined {
    const { attributes } = this.silent;
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

  override listing(path: FilePath, o?: OpOptions): Listing {
    const listing = this.silent.listing(path, o);
    return {
      next: eachBatch('scandir', path, o, () => listing.next()),
      close: () => listing.close(),
    };
  }

  override walk(top: FilePath, options: TreeWalkOptions, o?: OpOptions): TreeWalker {
    const walker = this.silent.walk(top, options, o);
    walker.next = eachBatch('walk', top, o, walker.next.bind(walker));
    return walker;
  }

  override copyFileWithin(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<void> | undefined {
    if (this.fileSystem.copyFile === undefined) return undefined;
    return published('copy', from, o, async () => this.silent.copyFileWithin(from, to, options, o));
  }

  override async *readMany(
    paths: readonly FilePath[],
    o?: OpOptions,
  ): AsyncGenerator<readonly ReadManyAnswer[]> {
    const batches = this.silent.readMany(paths, o);
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

  override async openReplacement(
    path: FilePath,
    flags: number,
    options: ReplaceOptions & { readonly exclusive: boolean },
    o?: OpOptions,
  ): Promise<Replacement> {
    const open = (): Promise<Replacement> => this.silent.openReplacement(path, flags, options, o);
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
    const create = (): Promise<TemporaryFile> => this.silent.createTemporaryFile(place, kind, o);
    const made = await published('mkstemp', place.dir, o, create);
    return {
      ...made,
      file: publishingFile(made.file),
      discard: () => published('unlink', made.path, undefined, () => made.discard()),
    };
  }

  override async createTemporaryDirectory(place: TempPlace, o?: OpOptions): Promise<TemporaryDirectoryEntry> {
    const create = (): Promise<TemporaryDirectoryEntry> => this.silent.createTemporaryDirectory(place, o);
    const made = await published('mkdtemp', place.dir, o, create);
    return {
      ...made,
      remove: (ignoreErrors) => published('rmtree', made.path, undefined, () => made.remove(ignoreErrors)),
    };
  }
}

addMethods(PublishingStore.prototype, MountedStore.prototype, STORE_CALLS);

/** `next`, which publishes one operation for each batch. Finding the end after a batch is not a separate operation. */
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
