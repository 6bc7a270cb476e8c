// copy: one file's content and mode under another name.
import { callback, flag, optionReader } from '../arguments/options.js';
import { nameFor, type Path, toPathBytes } from '../arguments/path.js';
import { copyFileInto } from '../filesystem/generic/copy.js';
import { storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `copy`. */
export interface CopyOptions extends OpOptions {
  /** Keeps times, all of the mode and extended attributes. Default false: the permission bits only. */
  preserve?: boolean | undefined;
  /** EEXIST where there is a target. Default false: its content is replaced. */
  exclusive?: boolean | undefined;
  /** False copies a link as a link. Default true. */
  followSymlinks?: boolean | undefined;
  /** Called as the copy goes on. The file is copied in pieces of a megabyte then, without holes and extended attributes. */
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/** How far a copy has come. */
export interface CopyProgress {
  /** Bytes that have been copied. */
  readonly bytes: number;
  /** Bytes that there are to copy. */
  readonly total: number;
}

const readOptions = optionReader({
  preserve: flag(false),
  exclusive: flag(false),
  followSymlinks: flag(true),
  onProgress: callback<(progress: CopyProgress) => void>(),
});

/**
 * Copies a file: by shared blocks where the file system has them, else within the kernel, else by reading and writing.
 * Holes stay holes. After a failure, or when aborted, a target that was made is gone again; one that was there before
 * has lost its content.
 * @param dst the copy's path, or a directory to copy into
 * @param o `preserve` (false), `exclusive` (false), `followSymlinks` (true), `onProgress`, `signal`, `lane`, `timeout`. What
 *   `onProgress` throws ends the copy.
 * @returns the copy's path: a Buffer where `src` or `dst` is a byte path, which may be no UTF-8
 * @throws the system's errors in Node's shape with `path` and `dest`; EINVAL where both are the same file or `src` is no
 *   regular file, EISDIR for a directory (see `copytree`); TypeError for bad paths, AbortError, TimeoutError
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
  const { onProgress } = options;
  const hooks =
    onProgress === undefined
      ? undefined
      : { onBytes: (bytes: number, total: number) => onProgress({ bytes, total }) };
  const made =
    source === target && hooks === undefined
      ? await source.copyFileInto(from, to, options, options.call)
      : await copyFileInto(source, from, target, to, options, options.call, hooks);
  return nameFor(made, src, dst);
}
