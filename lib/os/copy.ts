// copy: copies one file's content and mode.
import { callback, flag, optionReader } from '../arguments/options.js';
import { nameFor, type Path, toPathBytes } from '../arguments/path.js';
import { codeOf } from '../errors/index.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { copyFileInto } from '../filesystem/generic/copy.js';
import { storeToRead, storeToWrite } from '../filesystem/mounts.js';
import { FOLLOW, LINK_ITSELF, type Store } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { unlessEnded } from '../schedule/watch-call.js';

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
  /** Bytes copied so far. */
  readonly bytes: number;
  /** Bytes to copy in all. */
  readonly total: number;
}

const readOptions = optionReader({
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
  const options = readOptions(o);
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
  options: ReturnType<typeof readOptions>,
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
