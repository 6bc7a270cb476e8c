// Copies and moves between file systems: streamed, with a bounded number of bytes in memory.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { callOf } from '../../schedule/call.js';
import type { OpOptions } from '../../schedule/options.js';
import { completeError, fileSystemError, isKept, isSystemError } from '../errors.js';
import type { CopyFileOptions, CopyTreeOptions, DirectoryItem, FilePath } from '../filesystem.js';
import { baseName, joined, normalized, textOf } from '../mounted-path.js';
import type { OpenFile } from '../open-file.js';
import { completeStats } from '../stats.js';
import { FOLLOW, LINK_ITSELF, type Store, type Timestamp } from '../store.js';
import { makeDirectories, parentOf } from './directories.js';
import { isMissingDirectory, statOrNothing } from './lookups.js';
import { forEachOf } from './many.js';
import { removeTreeOf } from './remove-tree.js';

const { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const PIECE = 1024 * 1024;
const READ_AHEAD = 2;
const FILES_AT_A_TIME = 16;

/** A store that can copy by itself, such as an object store on its server. */
interface CopyingStore extends Store {
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
  const isDirectory = (await statOrNothing(to, dst, FOLLOW, o))?.isDirectory() === true;
  const target = isDirectory ? joined(dst, baseName(src)) : dst;
  await copyOne(from, src, to, target, options, o, hooks);
  return target;
}

async function copyOne(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  options: CopyFileOptions,
  o: OpOptions | undefined,
  hooks?: CopyHooks,
  known?: Stats | BigIntStats,
): Promise<void> {
  const within =
    from === to && hooks?.onBytes === undefined ? from.copyFileWithin?.(src, dst, options, o) : undefined;
  if (within !== undefined) return within;
  const stats =
    known ?? (await namingBoth(src, dst, from.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, o)));
  if (stats.isSymbolicLink()) {
    if (!options.exclusive && (await statOrNothing(to, dst, LINK_ITSELF, o)) !== undefined)
      await to.unlink(dst, o);
    return to.symlink(await from.readlink(src, o), dst, o);
  }
  if (stats.isDirectory()) throw fileSystemError('EISDIR', 'copyfile', src, dst);
  if (from === to && (await isSame(from, src, dst, o))) throw fileSystemError('EINVAL', 'copyfile', src, dst);
  const onBytes = hooks?.onBytes;
  const total = Number(stats.size);
  const onPiece =
    onBytes === undefined ? undefined : (bytes: number) => onBytes(bytes, Math.max(bytes, total));
  const flags = O_WRONLY | O_CREAT | (options.exclusive ? O_EXCL : O_TRUNC);
  const isSmall = stats.isFile() && total <= PIECE && onPiece === undefined;
  const bytes = isSmall ? await from.readFile(src, o) : undefined;
  const permissions = Number(stats.mode) & 0o7777;
  if (bytes !== undefined && to.appearsAtClose === true)
    await to.writeFile(dst, bytes, flags, permissions, o);
  else
    await copyContent(
      from,
      src,
      to,
      dst,
      { flags, permissions, bytes, durable: hooks?.durable === true, onPiece },
      o,
    );
  if (options.preserve) await preserveTimes(to, dst, stats, o);
}

async function isSame(
  store: Store,
  src: FilePath,
  dst: FilePath,
  o: OpOptions | undefined,
): Promise<boolean> {
  return (await statOrNothing(store, dst, FOLLOW, o)) !== undefined && (await store.sameFile(src, dst, o));
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
    if (to.appearsAtClose !== true && (await statOrNothing(to, dst, FOLLOW, o)) === undefined) created = dst;
    // An open that is abandoned while it runs would leave a new file that nobody removes.
    const opening = created === undefined ? o : callOf(o)?.uninterrupted();
    target = await to.open(dst, c.flags, c.permissions, opening);
    if (source !== undefined) await pump(source, target, o, c.onPiece);
    else if (c.bytes!.byteLength > 0) await target.write(c.bytes!, 0, true, o);
    if (c.durable) await target.sync(o);
  } catch (error) {
    await source?.close().catch(() => undefined);
    await (target?.abort?.(error) ?? target?.close())?.catch(() => undefined);
    if (target !== undefined && created !== undefined) await to.unlink(created).catch(() => undefined);
    throw ofCopy(error, src, dst);
  }
  await source?.close();
  await target.close();
}

async function namingBoth<T>(src: FilePath, dst: FilePath, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw ofCopy(error, src, dst);
  }
}

// The system's errors name the copy and both paths, as those of real files do.
function ofCopy(error: unknown, src: FilePath, dst: FilePath): unknown {
  if (!isSystemError(error) || isKept(error)) return error;
  return completeError(Object.assign(error as Error, { syscall: 'copyfile' }), 'copyfile', src, dst);
}

/** Copies the rest of `source` to `target`, and reads a few pieces ahead. `onPiece` is called with the bytes written. */
export async function pump(
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

async function preserveTimes(
  to: Store,
  dst: FilePath,
  stats: Stats | BigIntStats,
  o: OpOptions | undefined,
): Promise<void> {
  const time = (ms: number | bigint): Timestamp => {
    const seconds = Math.floor(Number(ms) / 1000);
    return { seconds, nanoseconds: Math.round((Number(ms) - seconds * 1000) * 1e6) };
  };
  await whereSupported(to.chmod(dst, Number(stats.mode) & 0o7777, o));
  await whereSupported(to.setTimes(dst, time(stats.atimeMs), time(stats.mtimeMs), FOLLOW, o));
}

// A target that has no modes or times keeps none.
async function whereSupported(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_UNSUPPORTED_OPERATION') throw error;
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
  if (from === to && isWithin(dst, src)) throw fileSystemError('EINVAL', 'cp', src, dst);
  const there = await statOrNothing(to, dst, FOLLOW, o);
  if (there !== undefined && (!options.existOk || !there.isDirectory()))
    throw fileSystemError('EEXIST', 'cp', src, dst);
  if (hooks?.filter !== undefined && !(await hooks.filter(src, dst))) return;
  if (there === undefined) await makeDirectories(to, dst, 0o777, true, o);
  await copyEntries(from, src, to, dst, options, o, { stats, above: [] }, hooks);
}

function isWithin(path: FilePath, directory: FilePath): boolean {
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
  { stats, above }: { stats: Stats | BigIntStats; above: readonly string[] },
  hooks: CopyHooks | undefined,
): Promise<void> {
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
          else await copyOfTree(from, source, to, target, copyFile, o, hooks, known);
        },
        FILES_AT_A_TIME,
      );
    }
  } finally {
    listing.close();
  }
  for (const { name, stats: ofDirectory } of directories) {
    const target = joined(dst, name);
    await makeDirectory(to, target, o);
    const place = { stats: ofDirectory, above: [...above, identity] };
    await copyEntries(from, joined(src, name), to, target, options, o, place, hooks);
  }
  if (options.preserve) await preserveTimes(to, dst, stats, o);
  if (hooks?.durable === true) await to.syncDirectory(dst);
}

async function makeDirectory(to: Store, path: FilePath, o: OpOptions | undefined): Promise<void> {
  try {
    await to.mkdir(path, 0o777, o);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
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
  known: Stats | BigIntStats | undefined,
): Promise<void> {
  if (hooks === undefined) return copyOne(from, src, to, dst, options, o, undefined, known);
  // In an object store a file may lie where a directory is.
  const matters = hooks.overwrite === false || to.appearsAtClose !== true;
  const there = matters ? await statOrNothing(to, dst, LINK_ITSELF, o) : undefined;
  if (there !== undefined && hooks.overwrite === false) return;
  if (there?.isDirectory() === true) throw fileSystemError('EISDIR', 'copyfile', src, dst);
  if (from === to && from.copyFileWithin === undefined && there?.isSymbolicLink() !== true)
    await from.copyFileInto(src, dst, options, o);
  else await copyOne(from, src, to, dst, options, o, { durable: hooks.durable }, known);
  if (hooks.onFile === undefined) return;
  const copied = known ?? (await from.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, o));
  await hooks.onFile(src, dst, Number(copied.size));
}

/** Moves a file or a tree: a rename within one store, else a copy and then a removal. Resolves to the new path. */
export async function moveBetween(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  dst: FilePath,
  o: OpOptions | undefined,
): Promise<FilePath> {
  const isInto = (await statOrNothing(to, dst, FOLLOW, o))?.isDirectory() === true;
  const target = isInto ? joined(dst, baseName(src)) : dst;
  if (isInto && (await statOrNothing(to, target, LINK_ITSELF, o)) !== undefined)
    throw fileSystemError('EEXIST', 'rename', src, target);
  const stats = await from.stat(src, LINK_ITSELF, o);
  // To the kernel a missing directory is no directory.
  if (!isInto && !stats.isDirectory() && (await isMissingDirectory(to, dst, o)))
    throw fileSystemError('ENOENT', 'rename', src, dst);
  if (from === to) {
    if (stats.isDirectory() && isWithin(target, src)) throw fileSystemError('EINVAL', 'rename', src, target);
    try {
      await from.rename(src, target, o);
      return target;
    } catch (error) {
      if (!['ERR_UNSUPPORTED_OPERATION', 'EXDEV'].includes(String((error as { code?: unknown }).code)))
        throw error;
    }
  }
  const hooks = to.can('sync') ? { durable: true } : undefined;
  await copyForMove(from, src, to, target, stats, o, hooks);
  // A power cut must not take the copy when the original is gone.
  if (hooks !== undefined) await to.syncDirectory(parentOf(target) || '.');
  if (stats.isDirectory()) await removeTreeOf(from, src, { ignoreErrors: false }, o);
  else await from.unlink(src, o);
  return target;
}

// A copy that fails is taken away again, and what is moved stays where it is.
async function copyForMove(
  from: CopyingStore,
  src: FilePath,
  to: CopyingStore,
  target: FilePath,
  stats: Stats | BigIntStats,
  o: OpOptions | undefined,
  hooks: CopyHooks | undefined,
): Promise<void> {
  const copyFile = { exclusive: false, preserve: true, followSymlinks: false };
  if (!stats.isDirectory()) return copyOne(from, src, to, target, copyFile, o, hooks);
  if ((await statOrNothing(to, parentOf(target), FOLLOW, o)) === undefined)
    throw fileSystemError('ENOENT', 'rename', src, target);
  try {
    await copyTreeBetween(
      from,
      src,
      to,
      target,
      { symlinks: true, existOk: false, preserve: true },
      o,
      hooks,
    );
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST')
      await removeTreeOf(to, target, { ignoreErrors: true }, undefined).catch(() => undefined);
    throw error;
  }
}
