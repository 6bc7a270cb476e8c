// Replaces a file in one step by a temporary file and a rename, for file systems without their own way.
import { constants } from 'node:fs';

import { codeOf, dropBytesWritten } from '../../errors/index.js';
import type { GivenOptions } from '../../schedule/options.js';
import { completeError, errorOfCall, fileSystemError } from '../errors.js';
import type { FilePath, ReplaceOptions } from '../filesystem.js';
import { joined, textOf } from '../mounted-path.js';
import type { MountedStore } from '../mounted-store.js';
import type { OpenFile } from '../open-file.js';
import { FOLLOW, LINK_ITSELF, type Replacement } from '../store.js';
import { parentOf } from './directories.js';
import { isDirectoryAt, MOST_LINKS } from './lookups.js';
import { randomName } from './temporary.js';

const { O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } = constants;

const SLASH = 0x2f;

interface Target {
  readonly path: FilePath;
  /** The existing file. */
  readonly old?: { readonly permissions: number; readonly uid: number; readonly gid: number };
}

// A link stays a link. Its target is replaced.
async function targetOf(
  store: MountedStore,
  path: FilePath,
  exclusive: boolean,
  o: GivenOptions,
): Promise<Target> {
  let at = path;
  if (path.length === 0) throw fileSystemError('ENOENT', 'open', path);
  for (let links = 0; links <= MOST_LINKS; links++) {
    let stats;
    try {
      stats = await store.stat(at, LINK_ITSELF, o);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw errorOfCall(error, 'open', path);
      if (textOf(at).endsWith('/') && (await isDirectoryAt(store, parentOf(at), o)))
        throw fileSystemError('EISDIR', 'open', path);
      return { path: at };
    }
    if (stats.isDirectory()) throw fileSystemError('EISDIR', 'open', path);
    if (!stats.isSymbolicLink()) {
      if (!stats.isFile()) throw fileSystemError('EINVAL', 'open', path);
      const [mode, uid, gid] = [stats.mode, stats.uid, stats.gid].map(Number) as [number, number, number];
      return { path: at, old: { permissions: mode & 0o7777, uid, gid } };
    }
    if (exclusive) throw fileSystemError('EEXIST', 'open', path);
    if (links === 0) await checkLink(store, path, o);
    const target = await store.readlink(at, o);
    at = target[0] === SLASH ? joined(`${store.prefix}/`, target.subarray(1)) : joined(parentOf(at), target);
  }
  throw fileSystemError('ELOOP', 'open', path);
}

// The file system may refuse to follow the link, as `beneath` does if it leads out of the root. A missing target is created.
async function checkLink(store: MountedStore, path: FilePath, o: GivenOptions): Promise<void> {
  try {
    await store.stat(path, FOLLOW, o);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw errorOfCall(error, 'open', path);
  }
}

/** Opens a new file beside `path`; `publish` gives it the path, `drop` removes it. */
export async function openReplacementOf(
  store: MountedStore,
  path: FilePath,
  flags: number,
  options: ReplaceOptions & { readonly exclusive: boolean },
  o: GivenOptions,
): Promise<Replacement> {
  if (!store.can('rename')) throw store.unsupported('rename', 'replace a file in one step');
  const target = await targetOf(store, path, options.exclusive, o);
  const { old } = target;
  if (options.exclusive && old !== undefined) throw fileSystemError('EEXIST', 'open', path);
  const fresh = joined(parentOf(target.path), `.${randomName()}.tmp`);
  const access = (flags & O_RDWR) !== 0 && store.can('randomWrite') ? O_RDWR : O_WRONLY;
  const permissions = options.permissions ?? old?.permissions ?? 0o666;
  // An error names the file to be replaced, as for real files.
  const file = await store
    .open(fresh, access | O_CREAT | O_EXCL | O_TRUNC, permissions, o)
    .catch((error: unknown) => Promise.reject(completeError(error, 'open', path) as Error));
  // A replaced file keeps its owner, if that is permitted, and its mode. The umask applies only to new files.
  if (old !== undefined) {
    if (store.can('owners')) await store.chown(fresh, old.uid, old.gid, FOLLOW, o).catch(() => undefined);
    if (options.permissions === undefined && store.can('modes'))
      await store.chmod(fresh, old.permissions, o).catch(() => undefined);
  }
  const { durable, exclusive } = options;
  const syncs = durable && store.can('sync');
  let isOver = false;
  const drop = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await store.unlink(fresh).catch(() => undefined); // it may not have been published
  };
  const publish = async (): Promise<void> => {
    try {
      if (exclusive && store.can('links') && store.fileSystem.link !== undefined) {
        // `link` does not replace an existing file.
        await store.link(fresh, target.path);
        await drop();
      } else {
        if (exclusive && (await isThere(store, target.path))) throw fileSystemError('EEXIST', 'open', path);
        await store.rename(fresh, target.path);
        isOver = true;
      }
      if (syncs) await syncParent(store, target.path);
    } finally {
      await drop();
    }
  };
  return { file: syncs ? syncedOnClose(file) : file, publish, drop };
}

const isThere = (store: MountedStore, path: FilePath): Promise<boolean> =>
  store.stat(path, LINK_ITSELF).then(
    () => true,
    () => false,
  );

// The new content is in place by now. An error means that it may not survive a power cut.
async function syncParent(store: MountedStore, path: FilePath): Promise<void> {
  try {
    await store.syncDirectory(parentOf(path) || '.');
  } catch (error) {
    throw Object.assign(error as Error, { committed: true });
  }
}

// The content is durable before the rename makes it visible.
function syncedOnClose(file: OpenFile): OpenFile {
  const close = file.close.bind(file);
  file.close = async () => {
    try {
      await file.sync();
    } finally {
      await close();
    }
  };
  return file;
}

/** Replaces the file with `data`. */
export async function replaceWhole(
  store: MountedStore,
  path: FilePath,
  data: Uint8Array,
  options: ReplaceOptions,
  o: GivenOptions,
): Promise<void> {
  const kept = Uint8Array.prototype.slice.call(data);
  const exclusive = options.exclusive === true;
  const replacement = await openReplacementOf(store, path, O_WRONLY, { ...options, exclusive }, o);
  try {
    if (kept.byteLength > 0) await replacement.file.write(kept, 0, true, o);
    await replacement.file.close();
  } catch (error) {
    await replacement.file.close().catch(() => undefined);
    await replacement.drop();
    dropBytesWritten(error);
    throw completeError(error, 'write', path);
  }
  await replacement.publish();
}
