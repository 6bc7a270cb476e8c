// move: a rename that may cross file systems.
import { readCall } from '../arguments/options.js';
import { nameFor, type Path, toPathBytes } from '../arguments/path.js';
import { moveBetween } from '../filesystem/generic/copy.js';
import { storeOfTreeToRead, storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Moves a file or a tree: a rename, or, where `dst` is on another file system, a copy with times, modes, owners and
 * extended attributes and then a removal. A copy that fails, or is aborted, is taken away again and `src` left alone.
 * @param dst the new path, or a directory to move into
 * @returns the new path
 * @throws the system's errors in Node's shape with `path` and `dest`; EEXIST where the directory `dst` has such an entry,
 *   EINVAL where it is inside `src`; TypeError for bad paths, AbortError, TimeoutError
 * @example await os.move('upload.tmp', '/srv/files/');
 */
export async function move(src: Path, dst: Path, o?: OpOptions): Promise<string> {
  const call = readCall(o);
  const from = toPathBytes(src, 'src');
  const to = toPathBytes(dst, 'dst');
  storeOfTreeToRead(from);
  const source = storeOfTreeToWrite(from);
  const target = storeOfTreeToWrite(to);
  const moved =
    source === target
      ? await source.moveInto(from, to, call)
      : await moveBetween(source, from, target, to, call);
  return nameFor(dst, moved);
}
