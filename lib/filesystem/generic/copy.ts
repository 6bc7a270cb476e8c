// Copies and moves between file systems: streamed, with a bounded number of bytes in memory.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { callOf } from '../../schedule/call.js';
import type { OpOptions } from '../../schedule/options.js';
import {
  completeError,
  falseWhereTheSystemRefuses,
  fileSystemError,
  isKept,
  isSystemError,
} from '../errors.js';
import type { CopyFileOptions, CopyTreeOptions, DirectoryItem, FilePath } from '../filesystem.js';
import { baseName, joined, normalized, textOf } from '../mounted-path.js';
import type { OpenFile } from '../open-file.js';
import { completeStats } from '../stats.js';
import { FOLLOW, LINK_ITSELF, type Store } from '../store.js';
import { makeDirectories, parentOf } from './directories.js';
import { isDirectoryAt, isNameAt, statIfAllowed, statOrNothing } from './lookups.js';
import { preserveAttributes } from './preserve.js';
import { forEachOf, Slots } from './many.js';

const { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, R_OK, W_OK } = constants;
const PIECE = 1024 * 1024;
const READ_AHEAD = 2;
/** Files of a tree. Most of their time is a server's latency; half as many take twice as long. */
const FILES_AT_A_TIME = 32;
/** Files of a tree that are streamed: each may hold several parts of an upload in memory. */
const STREAMS_AT_A_TIME = 4;

/** A store that can copy by itself, such as an object store on its server. */
export interface CopyingStore extends Store {
  copyFileWithin?(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<void> | undefined;
  /** Whether a file shows only when it is closed, whole, and an aborted one leaves nothing behind. */
  readonly appearsAtClose?: boolean;
}

/** A caller's callbacks and choices for a copy. */
export interface CopyHooks {
  /** Whether to copy a file or directory, and all that is in it. */
  readonly filter?: ((src: FilePath, dst: FilePath) => unknown) | undefined;
  /** False keeps files that exist already. */
  readonly overwrite?: boolean | undefined;
  /** Called after each file, and awaited. */
  readonly onFile?: ((src: FilePath, dst: FilePath, bytes: number) => unknown) | undefined;
  /** Called with the bytes of a file as they are copied, and awaited. */
  readonly onBytes?: ((bytes: number, total: number) => unknown) | undefined;
  /** Syncs files and directories: the original is removed afterwards. */
  readonly durable?: boolean | undefined;
}

/** What the copy of a tree has for each of its files. */
interface FileOfTree {
  /** The status, where the listing has told it. */
  readonly known: Stats | BigIntStats | undefined;
  readonly streams: Slots;
}

/** Copies one file; `dst` may be a directory to copy into. Resolves to the copy's path. */
export async function copyFileInto(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyFileOptions,
  o: OpOptions | undefined,
  hooks?: CopyHooks,
): Promise<FilePath> {
  const target = (await isDirectoryAt(to, dst, o)) ? joined(dst, baseName(src)) : dst;
  await copyOne(from, src, to, target, options, o, hooks);
  return target;
}

export async function copyOne(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyFileOptions,
  o: OpOptions | undefined,
  hooks?: CopyHooks,
  ofTree?: FileOfTree,
): Promise<void> {
  const within =
    from === to && hooks?.onBytes === undefined ? from.copyFileWithin?.(src, dst, options, o) : undefined;
  if (within !== undefined) return within;
  const stats =
    ofTree?.known ??
    (await namingBoth(src, dst, from.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, o)));
  if (stats.isSymbolicLink()) {
    if (!options.exclusive && (await statOrNothing(to, dst, LINK_ITSELF, o)) !== undefined)
      await to.unlink(dst, o);
    return to.symlink(await from.readlink(src, o), dst, o);
  }
  if (stats.isDirectory()) throw fileSystemError('EISDIR', 'copyfile', src, dst);
  if (from === to && !options.exclusive) await refuseSame(from, src, dst, o);
  const onBytes = hooks?.onBytes;
  const total = Number(stats.size);
  const onPiece =
    onBytes === undefined ? undefined : (bytes: number) => onBytes(bytes, Math.max(bytes, total));
  const flags = O_WRONLY | O_CREAT | (options.exclusive ? O_EXCL : O_TRUNC);
  const isSmall = stats.isFile() && total <= PIECE && onPiece === undefined;
  const bytes = isSmall ? await from.readFile(src, o) : undefined;
  const permissions = Number(stats.mode) & 0o777;
  if (bytes !== undefined && to.appearsAtClose === true)
    await to.writeFile(dst, bytes, flags, permissions, o);
  else {
    const c = { flags, permissions, bytes, durable: hooks?.durable === true, onPiece };
    const copy = async (): Promise<void> => copyContent(from, src, to, dst, c, o);
    await (isSmall || ofTree === undefined ? copy() : ofTree.streams.run(copy));
  }
  if (options.preserve) await preserveAttributes(to, dst, stats, o);
  // The umask counts for no copy. A file of somebody else keeps its mode.
  else if (to.can('modes')) await to.chmod(dst, permissions, o).catch(ignoreSystemErrors);
}

function ignoreSystemErrors(error: unknown): void {
  if (!isSystemError(error)) throw error;
}

// As the disk does, which opens both before it compares them.
async function refuseSame(
  store: Store,
  src: FilePath,
  dst: FilePath,
  o: OpOptions | undefined,
): Promise<void> {
  const isSame = await store.sameFile(src, dst, o).catch(falseWhereTheSystemRefuses);
  if (!isSame) return;
  const isOpen = !store.can('modes') || (await store.access(dst, R_OK | W_OK, o));
  throw fileSystemError(isOpen ? 'EINVAL' : 'EACCES', 'copyfile', src, dst);
}

// A target that was made and not finished is taken away again.
async function copyContent(
  from: Store,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  c: {
    flags: number;
    permissions: number;
    /** The content, where it has been read already. */
    bytes: Uint8Array | undefined;
    durable: boolean;
    onPiece: ((bytes: number) => unknown) | undefined;
  },
  o: OpOptions | undefined,
): Promise<void> {
  const source =
    c.bytes !== undefined ? undefined : await namingBoth(src, dst, from.open(src, O_RDONLY, 0, o));
  let created: FilePath | undefined;
  let target: OpenFile | undefined;
  try {
    if (to.appearsAtClose !== true && (await isMissing(to, dst, o))) created = dst;
    // An open that is abandoned while it runs would leave a new file that nobody removes.
    const opening = created === undefined ? o : callOf(o)?.uninterrupted();
    target = await to.open(dst, c.flags, c.permissions, opening);
    if (source !== undefined) await pump(source, target, o, c.onPiece);
    else if (c.bytes!.byteLength > 0) await target.write(c.bytes!, 0, true, o);
    if (c.durable) await target.sync(o);
    // A close may be what tells that bytes were lost.
    await target.close();
    await source?.close();
  } catch (error) {
    await source?.close().catch(() => undefined);
    await (target?.abort?.(error) ?? target?.close())?.catch(() => undefined);
    if (target !== undefined && created !== undefined) await to.unlink(created).catch(() => undefined);
    throw ofCopy(error, src, dst);
  }
}

export async function namingBoth<T>(
  src: FilePath,
  dst: FilePath,
  asked: Promise<T>,
  syscall = 'copyfile',
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw ofCopy(error, src, dst, syscall);
  }
}

// The system's errors name the copy and both paths, as those of real files do.
function ofCopy(error: unknown, src: FilePath, dst: FilePath, syscall = 'copyfile'): unknown {
  if (!isSystemError(error) || isKept(error)) return error;
  return completeError(Object.assign(error as Error, { syscall }), syscall, src, dst);
}

/** Copies the rest of `source` to `target`, and reads a few pieces ahead. `onPiece` is called with the bytes written. */
async function pump(
  source: OpenFile,
  target: OpenFile,
  o: OpOptions | undefined,
  onPiece?: (bytes: number) => unknown,
): Promise<number> {
  const pieces: Promise<Buffer>[] = [];
  let position = 0;
  let written = 0;
  const ask = (): void => {
    const piece = source.pread(PIECE, position, o);
    piece.catch(() => undefined); // reported where it is awaited
    pieces.push(piece);
    position += PIECE;
  };
  try {
    while (pieces.length < READ_AHEAD) ask();
    for (;;) {
      const piece = await pieces.shift()!;
      if (piece.length > 0) written += await target.write(piece, written, true, o);
      if (piece.length > 0) await onPiece?.(written);
      if (piece.length < PIECE) return written;
      ask();
    }
  } finally {
    await Promise.allSettled(pieces);
  }
}

async function isMissing(store: Store, path: FilePath, o: OpOptions | undefined): Promise<boolean> {
  try {
    return (await statOrNothing(store, path, FOLLOW, o)) === undefined;
  } catch (error) {
    return falseWhereTheSystemRefuses(error); // opening it tells
  }
}

/** Copies a tree. It stops at the first failure. Files copied by then stay. */
export async function copyTreeBetween(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyTreeOptions,
  o: OpOptions | undefined,
  hooks?: CopyHooks,
): Promise<void> {
  const stats = await from.stat(src, FOLLOW, o);
  if (!stats.isDirectory()) throw fileSystemError('ENOTDIR', 'cp', src, dst);
  if (from.can('modes') && !(await from.access(src, R_OK, o)))
    throw fileSystemError('EACCES', 'cp', src, dst);
  if (from === to && (await leadsInto(from, dst, src, o))) throw fileSystemError('EINVAL', 'cp', src, dst);
  const there = await statIfAllowed(to, dst, o);
  const isThere = there?.isDirectory() === true;
  const isTaken =
    there !== undefined ? !isThere || !options.existOk : to.can('links') && (await isNameAt(to, dst, o));
  if (isTaken) throw fileSystemError('EEXIST', 'cp', src, dst);
  if (hooks?.filter !== undefined && !(await hooks.filter(src, dst))) return;
  if (!isThere) await makeTop(to, dst, o);
  const streams = new Slots(STREAMS_AT_A_TIME);
  await copyEntries(from, src, to, dst, options, o, { stats, above: [], streams }, hooks);
}

// Where a file is in the way of the directories above, that file is the one that exists.
async function makeTop(to: Store, dst: FilePath, o: OpOptions | undefined): Promise<void> {
  try {
    await makeDirectories(to, dst, 0o777, true, o);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOTDIR')
      await makeDirectories(to, parentOf(dst), 0o777, true, o);
    throw error;
  }
}

/** Whether `path`, which need not exist, is `directory` or below it, whatever links lead there. */
async function leadsInto(
  store: Store,
  path: FilePath,
  directory: FilePath,
  o: OpOptions | undefined,
): Promise<boolean> {
  if (isWithin(path, directory)) return true;
  if (!store.can('links')) return false;
  const top = await store.realpath(directory, o);
  for (let above = textOf(path); ;) {
    try {
      return isWithin(await store.realpath(above, o), top);
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
    const next = parentOf(above);
    if (next === above) return false;
    above = next;
  }
}

export function isWithin(path: FilePath, directory: FilePath): boolean {
  const text = normalized(textOf(path));
  const above = normalized(textOf(directory)).replace(/\/$/, '');
  return text === above || text.startsWith(`${above}/`);
}

async function copyEntries(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyTreeOptions,
  o: OpOptions | undefined,
  place: { stats: Stats | BigIntStats; above: readonly string[]; streams: Slots },
  hooks: CopyHooks | undefined,
): Promise<void> {
  const { stats, above, streams } = place;
  const identity = Number(stats.ino) === 0 ? textOf(src) : `${stats.dev}:${stats.ino}`;
  if (above.includes(identity)) throw fileSystemError('ELOOP', 'cp', src, dst);
  const copyFile = { exclusive: false, preserve: options.preserve, followSymlinks: !options.symlinks };
  const directories: { name: FilePath; stats: Stats | BigIntStats }[] = [];
  const listing = from.listing(src, o);
  try {
    for (let items = await listing.next(); items !== undefined; items = await listing.next()) {
      const batch: readonly DirectoryItem[] = items;
      await forEachOf(
        batch.length,
        async (i) => {
          const item = batch[i]!;
          const { name, type } = item;
          const source = joined(src, name);
          const target = joined(dst, name);
          if (hooks?.filter !== undefined && !(await hooks.filter(source, target))) return;
          // What the listing says of links, and of what it does not know, is not enough.
          const isKnown = type === 'file' || type === 'directory';
          const known = isKnown && item.stats !== undefined ? completeStats(item.stats, false) : undefined;
          const isDirectory =
            type === 'directory' ||
            ((type === 'unknown' || (type === 'symlink' && !options.symlinks)) &&
              (await from.stat(source, options.symlinks ? LINK_ITSELF : FOLLOW, o)).isDirectory());
          if (isDirectory) directories.push({ name, stats: known ?? (await from.stat(source, FOLLOW, o)) });
          else await copyOfTree(from, source, to, target, copyFile, o, hooks, { known, streams });
        },
        FILES_AT_A_TIME,
      );
    }
  } finally {
    listing.close();
  }
  for (const { name, stats: ofDirectory } of directories) {
    const target = joined(dst, name);
    const source = joined(src, name);
    await makeDirectory(source, to, target, o);
    const inside = { stats: ofDirectory, above: [...above, identity], streams };
    await copyEntries(from, source, to, target, options, o, inside, hooks);
  }
  if (options.preserve) await preserveAttributes(to, dst, stats, o);
  if (hooks?.durable === true) await to.syncDirectory(dst);
}

async function makeDirectory(
  src: FilePath,
  to: Store,
  dst: FilePath,
  o: OpOptions | undefined,
): Promise<void> {
  try {
    await to.mkdir(dst, 0o777, o);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    // A link is not followed: it may lead out of the copy.
    const there = await statOrNothing(to, dst, LINK_ITSELF, o);
    if (there?.isDirectory() !== true) throw fileSystemError('ENOTDIR', 'cp', src, dst);
  }
}

// One file of a tree. Where its caller wants to be asked, a store that copies files itself still does so.
async function copyOfTree(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyFileOptions,
  o: OpOptions | undefined,
  hooks: CopyHooks | undefined,
  file: FileOfTree,
): Promise<void> {
  if (hooks === undefined) return copyOne(from, src, to, dst, options, o, undefined, file);
  // In an object store a file may lie where a directory is.
  const matters = hooks.overwrite === false || to.appearsAtClose !== true;
  const there = matters ? await statOrNothing(to, dst, LINK_ITSELF, o) : undefined;
  if (there !== undefined && hooks.overwrite === false) return;
  if (there?.isDirectory() === true) throw fileSystemError('EISDIR', 'copyfile', src, dst);
  if (from === to && from.copyFileWithin === undefined && there?.isSymbolicLink() !== true)
    await from.copyFileInto(src, dst, options, o);
  else await copyOne(from, src, to, dst, options, o, { durable: hooks.durable }, file);
  if (hooks.onFile === undefined) return;
  const copied = file.known ?? (await from.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, o));
  await hooks.onFile(src, dst, Number(copied.size));
}
