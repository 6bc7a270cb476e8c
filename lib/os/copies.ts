// Copies: of a file, of a directory with everything in it, and of a part of a file to a file or a socket.
import { callback, flag, optionReader, readCall } from '../arguments/options.js';
import { nameFor, type Path, toPathBytes } from '../arguments/path.js';
import { codeOf } from '../errors/index.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { copyFileInto, type CopyHooks } from '../filesystem/generic/copy.js';
import {
  realFiles,
  storeOfTreeToRead,
  storeOfTreeToWrite,
  storeToRead,
  storeToWrite,
} from '../filesystem/mounts.js';
import { FOLLOW, LINK_ITSELF, type Store } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { unlessEnded } from '../schedule/watch-call.js';
import { copyTreeBetween } from '../filesystem/generic/copy-tree.js';
import { textOf } from '../filesystem/mounted-path.js';
import { checkCount, checkDescriptor, checkPosition } from '../arguments/numbers.js';
import { refuseForbidden } from '../filesystem/layers.js';

/** Options of `copy`. */
export interface CopyOptions extends OpOptions {
  /** Keeps times, all of the mode and extended attributes. Default false: the permission bits only. */
  preserve?: boolean | undefined;
  /** Rejects with EEXIST if the target exists. Default false: its content is replaced. */
  exclusive?: boolean | undefined;
  /** False copies a link as a link. Default true. */
  followSymlinks?: boolean | undefined;
  /** Called during the copy, and awaited. The file is then copied in pieces of a megabyte, without holes and extended attributes. */
  onProgress?: ((progress: CopyProgress) => unknown) | undefined;
}

/** Progress of a copy. */
export interface CopyProgress {
  /** The number of bytes that have been copied so far. */
  readonly bytes: number;
  /** The total number of bytes to copy. */
  readonly total: number;
}

const readCopyOptions = optionReader({
  preserve: flag(false),
  exclusive: flag(false),
  followSymlinks: flag(true),
  onProgress: callback<(progress: CopyProgress) => unknown>(),
});

/**
 * Copies a file. Shares disk blocks if the file system supports it. Otherwise copies inside the kernel, or reads and writes.
 * Sparse files stay sparse. If the copy fails or is aborted, a target that it created is removed, and a target that existed
 * before has lost its content. If the source is a device, its bytes are copied until it ends.
 * @param dst the copy's path, or a directory to copy into
 * @param o `preserve` (false), `exclusive` (false), `followSymlinks` (true), `onProgress`, `signal`, `lane`, `timeout`. What
 *   `onProgress` throws ends the copy.
 * @returns the copy's path: a Buffer if `src` or `dst` is a byte path, which may not be UTF-8
 * @throws the system's errors in Node's shape with `path` and `dest`; EINVAL if both are the same file or `src` is a
 *   FIFO or socket, EISDIR for a directory (see `copytree`); TypeError for bad paths, AbortError, TimeoutError
 * @cancelling stops before the next part, and removes a target that it created
 * @platforms Linux shares blocks (FICLONE) or copies in the kernel; macOS makes clones on APFS. Copies
 *   are not sparse on Windows
 * @example await os.copy('data.db', 'backup/', { preserve: true });
 */
export function copy(src: string | URL, dst: string | URL, o?: CopyOptions): Promise<string>;
export function copy(src: Uint8Array, dst: Path, o?: CopyOptions): Promise<Buffer>;
export function copy(src: Path, dst: Uint8Array, o?: CopyOptions): Promise<Buffer>;
export function copy(src: Path, dst: Path, o?: CopyOptions): Promise<string | Buffer>;
export async function copy(src: Path, dst: Path, o?: CopyOptions): Promise<string | Buffer> {
  const options = readCopyOptions(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const source = storeToRead(from);
  const target = storeToWrite(to);
  const { onProgress, call } = options;
  const hooks =
    onProgress === undefined
      ? undefined
      : { onBytes: (bytes: number, total: number) => unlessEnded(onProgress({ bytes, total }), call) };
  const made =
    source === target && hooks === undefined
      ? await copyWithin(source, from, to, options)
      : await copyFileInto(source, from, target, to, options, options.call, hooks);
  return nameFor(made, src, dst);
}

// The kernel's own ways to copy are for regular files.
async function copyWithin(
  store: Store,
  src: FilePath,
  dst: FilePath,
  options: ReturnType<typeof readCopyOptions>,
): Promise<FilePath> {
  const { call } = options;
  try {
    return await store.copyFileInto(src, dst, options, call);
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
    const stats = await store.stat(src, options.followSymlinks ? FOLLOW : LINK_ITSELF, call);
    if (!stats.isCharacterDevice() && !stats.isBlockDevice()) throw error;
    return copyFileInto(store, src, store, dst, options, call, { onBytes: () => undefined });
  }
}

/** Options of `copytree`. */
export interface CopytreeOptions extends OpOptions {
  /** True copies links as links, false copies their targets. Default true. */
  symlinks?: boolean | undefined;
  /** Copies into an existing directory, over files with the same names. Default false. */
  existOk?: boolean | undefined;
  /** Keeps times, modes and extended attributes. Default true. */
  preserve?: boolean | undefined;
  /** False keeps files that exist already. Default true: they are replaced. Matters with `existOk`. */
  overwrite?: boolean | undefined;
  /**
   * Called with the paths of `src` itself and of each file, link and directory below it; several calls can run at a time. If it
   * returns false, or a promise of it, the entry is omitted; a directory with everything in it.
   */
  filter?: ((src: string, dst: string) => boolean | Promise<boolean>) | undefined;
  /** Called after each file. */
  onProgress?: ((progress: CopytreeProgress) => unknown) | undefined;
}

/** Progress of a copy of a tree. */
export interface CopytreeProgress {
  /** The file that has just been copied. */
  readonly src: string;
  /** Its copy. */
  readonly dst: string;
  /** The number of files that have been copied so far, including links. */
  readonly files: number;
  /** The number of bytes that have been copied so far. */
  readonly bytes: number;
}

const readTreeOptions = optionReader({
  symlinks: flag(true),
  existOk: flag(false),
  preserve: flag(true),
  overwrite: flag(true),
  filter: callback<(src: string, dst: string) => boolean | Promise<boolean>>(),
  onProgress: callback<(progress: CopytreeProgress) => unknown>(),
});

type Options = ReturnType<typeof readTreeOptions>;

/**
 * Copies a directory tree, and creates missing parent directories of `dst`. Stops at the first error or abort. Files that
 * have been copied by then stay, and each of them is complete.
 * @param o `symlinks` (true), `existOk` (false), `preserve` (true), `overwrite` (true), `filter`, `onProgress`, `signal`, `lane`,
 *   `timeout`. What `filter` or `onProgress` throws ends the copy.
 * @returns nothing
 * @throws the system's errors in Node's shape with `path` and `dest`: EEXIST if `dst` exists (unless `existOk`),
 *   EINVAL if it is inside `src`, ELOOP if followed links lead back; TypeError for bad paths, AbortError, TimeoutError
 * @cancelling stops at the next entry or batch; changes made by then remain
 * @platforms as `copy`. Windows creates links only if the user has permission to
 * @see https://docs.python.org/3/library/shutil.html#shutil.copytree
 * @example await os.copytree('template', 'site');
 */
export async function copytree(src: Path, dst: Path, o?: CopytreeOptions): Promise<void> {
  const options = readTreeOptions(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  const source = storeOfTreeToRead(from);
  const target = storeOfTreeToWrite(to);
  const hooks = hooksOf(options);
  if (source === target && hooks === undefined) await source.copyTree(from, to, options, options.call);
  else await copyTreeBetween(source, from, target, to, options, options.call, hooks);
}

// Undefined if the caller has neither, because the store's own copy is faster.
function hooksOf({ overwrite, filter, onProgress, call }: Options): CopyHooks | undefined {
  if (overwrite && filter === undefined && onProgress === undefined) return undefined;
  let files = 0;
  let bytes = 0;
  return {
    overwrite,
    filter:
      filter === undefined ? undefined : (src, dst) => unlessEnded(filter(textOf(src), textOf(dst)), call),
    onFile:
      onProgress === undefined
        ? undefined
        : (src, dst, size) => {
            files++;
            bytes += size;
            return unlessEnded(onProgress({ src: textOf(src), dst: textOf(dst), files, bytes }), call);
          },
  };
}

/**
 * Copies up to `count` bytes from descriptor `in_` to descriptor `out`. If a socket or a pipe is not ready, waits for it
 * without using a thread of the pool, even if the descriptor is blocking. If the process has no free descriptor, waits for one.
 * @param out the descriptor to write to, at its position
 * @param in_ the descriptor to read from
 * @param offset the first byte to read; the position of `in_` does not change. Null: the position of `in_`, which moves
 * @param count bytes
 * @returns bytes sent: `count`, or fewer if `in_` ended
 * @throws the system's errors in Node's shape with `bytesWritten`, the bytes that were sent before; TypeError and
 *   RangeError for bad arguments; AbortError and TimeoutError
 * @cancelling stops waiting immediately; `bytesWritten` of the error counts the bytes that were sent by then
 * @platforms sendfile(2) on Linux, where the descriptors allow it; elsewhere it reads and writes
 * @example await os.sendfile(socketFd, file.fileno(), 0, size);
 */
export async function sendfile(
  out: number,
  in_: number,
  offset: number | bigint | null,
  count: number,
  o?: OpOptions,
): Promise<number> {
  const to = checkDescriptor(out, 'out');
  const from = checkDescriptor(in_, 'in');
  const at = offset === null ? -1 : checkPosition(offset, 'offset');
  const bytes = checkCount(count, 'count');
  refuseForbidden('sendfile', from);
  return realFiles.sendFile(to, from, at, bytes, readCall(o));
}
