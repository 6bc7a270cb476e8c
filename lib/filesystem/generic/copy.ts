// Copies of files between file systems: streamed, with a bounded number of bytes in memory. They preserve mode and times.
import { type BigIntStats, constants, type Stats } from 'node:fs';

import { callOf } from '../../schedule/call.js';
import type { GivenOptions, OpOptions } from '../../schedule/options.js';
import { errorOfCall, falseWhereTheSystemRefuses, fileSystemError, isSystemError } from '../errors.js';
import type { CopyFileOptions, FilePath } from '../filesystem.js';
import { baseName, joined } from '../mounted-path.js';
import { dropFile, type OpenFile } from '../open-file.js';
import { FOLLOW, LINK_ITSELF, type Store, type Timestamp, timestampOf } from '../store.js';
import { codeOf } from '../../errors/index.js';
import { secondsAndRest } from '../stats.js';
import { falseWhereNothingIsSeen, isDirectoryAt, statOrNothing } from './lookups.js';
import type { Slots } from './many.js';

const { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, R_OK, W_OK } = constants;
const PIECE = 1024 * 1024;
const READ_AHEAD = 2;

/** A store that can copy by itself, such as an object store on its server. */
export interface CopyingStore extends Store {
  copyFileWithin?(
    from: FilePath,
    to: FilePath,
    options: CopyFileOptions,
    o?: OpOptions,
  ): Promise<void> | undefined;
  /** Whether a file becomes visible only when it is closed, complete, and leaves nothing behind when it is aborted. */
  readonly appearsAtClose?: boolean;
}

/** A caller's callbacks and choices for a copy. */
export interface CopyHooks {
  /** Whether to copy a file, or a directory with its content. */
  readonly filter?: ((src: FilePath, dst: FilePath) => unknown) | undefined;
  /** False keeps files that exist already. */
  readonly overwrite?: boolean | undefined;
  /** Called after each file, and awaited. */
  readonly onFile?: ((src: FilePath, dst: FilePath, bytes: number) => unknown) | undefined;
  /** Called with the bytes of a file as they are copied, and awaited. */
  readonly onBytes?: ((bytes: number, total: number) => unknown) | undefined;
  /** Syncs files and directories, because the original is removed afterwards. */
  readonly durable?: boolean | undefined;
}

/** What is copied, and where to. */
export interface Route {
  readonly from: CopyingStore;
  readonly src: FilePath;
  readonly to: CopyingStore;
  readonly dst: FilePath;
}

/** What the copy of a tree passes for each file. */
export interface FileOfTree {
  /** The status, if the listing included it. */
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
  o: GivenOptions,
  hooks?: CopyHooks,
): Promise<FilePath> {
  const target = (await isDirectoryAt(to, dst, o)) ? joined(dst, baseName(src)) : dst;
  await copyOne({ from, src, to, dst: target }, options, o, hooks);
  return target;
}

export async function copyOne(
  route: Route,
  options: CopyFileOptions,
  o: GivenOptions,
  hooks?: CopyHooks,
  ofTree?: FileOfTree,
): Promise<void> {
  const { from, src, to, dst } = route;
  const within =
    from === to && hooks?.onBytes === undefined ? from.copyFileWithin?.(src, dst, options, o) : undefined;
  if (within !== undefined) return within;
  const stats =
    ofTree?.known ??
    (await namingBoth(route, from.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, o)));
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
  const bytes = isSmall ? await namingBoth(route, from.readFile(src, o)) : undefined;
  const permissions = Number(stats.mode) & 0o777;
  if (bytes !== undefined && to.appearsAtClose === true)
    await namingBoth(route, to.writeFile(dst, bytes, flags, permissions, o));
  else {
    const c = { flags, permissions, bytes, durable: hooks?.durable === true, onPiece };
    const copy = async (): Promise<void> => copyContent(route, c, o);
    await (isSmall || ofTree === undefined ? copy() : ofTree.streams.run(copy));
  }
  if (options.preserve) await preserveAttributes(from, to, dst, stats, o);
  // The umask does not apply to the copy of a file that has a mode. A target that another user owns keeps its mode.
  else if (from.can('modes') && to.can('modes'))
    await to.chmod(dst, permissions, o).catch(ignoreSystemErrors);
}

function ignoreSystemErrors(error: unknown): void {
  if (!isSystemError(error)) throw error;
}

// As for real files, both are opened before they are compared.
async function refuseSame(store: Store, src: FilePath, dst: FilePath, o: GivenOptions): Promise<void> {
  const isSame = await store.sameFile(src, dst, o).catch(falseWhereNothingIsSeen);
  if (!isSame) return;
  const isOpen = !store.can('modes') || (await store.access(dst, R_OK | W_OK, o));
  throw fileSystemError(isOpen ? 'EINVAL' : 'EACCES', 'copyfile', src, dst);
}

/** How the content of one file is copied. */
interface ContentCopy {
  readonly flags: number;
  readonly permissions: number;
  /** The content, if it has already been read. */
  readonly bytes: Uint8Array | undefined;
  readonly durable: boolean;
  readonly onPiece: ((bytes: number) => unknown) | undefined;
}

// A target that was created and not completed is removed again.
async function copyContent(route: Route, c: ContentCopy, o: GivenOptions): Promise<void> {
  const { from, src, to, dst } = route;
  const open = (): Promise<Ends> => openEnds(route, c, o);
  const opened = from.withDescriptors(() => to.withDescriptors(open, o), o);
  const { source, target, created } = await namingBoth(route, opened);
  try {
    if (source !== undefined) await pump(source, target, o, c.onPiece);
    else if (c.bytes!.byteLength > 0) await target.write(c.bytes!, 0, true, o);
    if (c.durable) await target.sync(o);
    // A close can be the call that reports lost bytes.
    await target.close();
    await source?.close();
  } catch (error) {
    await source?.close().catch(() => undefined);
    await dropFile(target, error);
    if (created) await to.unlink(dst).catch(() => undefined);
    throw errorOfCall(error, 'copyfile', src, dst);
  }
}

interface Ends {
  readonly source: OpenFile | undefined;
  readonly target: OpenFile;
  /** Whether the target may not have existed before. */
  readonly created: boolean;
}

// If one of them cannot be opened, none stays open: the caller may wait for a descriptor.
async function openEnds({ from, src, to, dst }: Route, c: ContentCopy, o: GivenOptions): Promise<Ends> {
  const source = c.bytes !== undefined ? undefined : await from.open(src, O_RDONLY, 0, o);
  try {
    const created = to.appearsAtClose !== true && (await isMissing(to, dst, o));
    // If a running open were abandoned, its new file would not be removed.
    const opening = created ? callOf(o)?.uninterrupted() : o;
    return { source, created, target: await to.open(dst, c.flags, c.permissions, opening) };
  } catch (error) {
    await source?.close().catch(() => undefined);
    throw error;
  }
}

/** Errors of the system name the system call of the copy and both paths, as for real files. */
export async function namingBoth<T>(
  { src, dst }: Pick<Route, 'src' | 'dst'>,
  asked: Promise<T>,
  syscall = 'copyfile',
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw errorOfCall(error, syscall, src, dst);
  }
}

/** Copies the rest of `source` to `target`, and reads a few pieces ahead. `onPiece` is called with the bytes written. */
async function pump(
  source: OpenFile,
  target: OpenFile,
  o: GivenOptions,
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

async function isMissing(store: Store, path: FilePath, o: GivenOptions): Promise<boolean> {
  try {
    return (await statOrNothing(store, path, FOLLOW, o)) === undefined;
  } catch (error) {
    return falseWhereTheSystemRefuses(error); // opening it reports the error
  }
}

/**
 * Sets the mode and times that both `from` and `to` support. Files without modes of their own, such as objects, are
 * reported as writable by everyone, so their copies get the mode of a new file.
 */
export async function preserveAttributes(
  from: Store,
  to: Store,
  dst: FilePath,
  stats: Stats | BigIntStats,
  o: GivenOptions,
): Promise<void> {
  // Checked first, so that copying many files into an object store does not create an error for each of them.
  if (from.can('modes') && to.can('modes')) {
    const mode = Number(stats.mode);
    const isOfOwner = (mode & PRIVILEGES) === 0 || (await hasOwner(to, dst, stats, o));
    await whereSupported(to.chmod(dst, mode & (isOfOwner ? 0o7777 : 0o777), o));
  }
  // Directories of an object store have no times.
  if (to.can('times') && (from.can('times') || Number(stats.mtimeMs) !== 0))
    await whereSupported(to.setTimes(dst, timeOf(stats, 'atime'), timeOf(stats, 'mtime'), FOLLOW, o));
}

function timeOf(stats: Stats | BigIntStats, name: 'atime' | 'mtime'): Timestamp {
  const ms = stats[`${name}Ms`];
  if (typeof ms === 'bigint') {
    const [seconds, nanoseconds] = secondsAndRest((stats as BigIntStats)[`${name}Ns`]);
    return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) };
  }
  return timestampOf(ms);
}

const PRIVILEGES = 0o7000;

// A copy with another owner must not get the set-user-ID and set-group-ID bits.
async function hasOwner(
  store: Store,
  path: FilePath,
  { uid, gid }: Stats | BigIntStats,
  o: GivenOptions,
): Promise<boolean> {
  const copy = await store.stat(path, FOLLOW, o);
  return Number(copy.uid) === Number(uid) && Number(copy.gid) === Number(gid);
}

// A target without modes or times is left as it is.
async function whereSupported(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (codeOf(error) !== 'ERR_UNSUPPORTED_OPERATION') throw error;
  }
}
