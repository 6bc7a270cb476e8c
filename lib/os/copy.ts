// copy: one file's content and mode under another name.
import { pathToRead, pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { bulk, runPatiently } from '../native/run-patiently.js';
import { COPY_FILE } from '../native/task-kinds.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `copy`. */
export interface CopyOptions extends OpOptions {
  /** Keeps times, all of the mode and extended attributes. Default false: the permission bits only. */
  preserve?: boolean | undefined;
  /** EEXIST where there is a target. Default false: its content is replaced. */
  exclusive?: boolean | undefined;
  /** False copies a link as a link. Default true. */
  followSymlinks?: boolean | undefined;
}

// CopyFlags of src-native/platform/posix/tasks/copy_file.h.
const EXCLUSIVE = 1;
const PRESERVE = 2;
const FOLLOW = 4;

/**
 * Copies a file: by shared blocks where the file system has them, else within the kernel, else by reading and writing.
 * Holes stay holes. After a failure, or when aborted, a target that was made is gone again; one that was there before
 * has lost its content.
 * @param dst the copy's path, or a directory to copy into
 * @returns the copy's path
 * @throws the system's errors in Node's shape with `path` and `dest`; EINVAL where both are the same file or `src` is no
 *   regular file, EISDIR for a directory (see `copytree`); TypeError for bad paths, AbortError, TimeoutError
 * @example await os.copy('data.db', 'backup/', { preserve: true });
 */
export async function copy(src: Path, dst: Path, o: CopyOptions = {}): Promise<string> {
  const { preserve = false, exclusive = false, followSymlinks = true } = o;
  const flags = (exclusive ? EXCLUSIVE : 0) | (preserve ? PRESERVE : 0) | (followSymlinks ? FOLLOW : 0);
  const paths = [pathToRead(src, 'src'), pathToWrite(dst, 'dst')];
  return (await runPatiently(COPY_FILE, paths, [flags], bulk(o), 'copyfile')).toString();
}
