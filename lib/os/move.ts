// move: a rename that may cross file systems.
import { treeToRead, treeToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { bulk, runPatiently } from '../native/run-patiently.js';
import { MOVE } from '../native/task-kinds.js';
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
  treeToRead(src, 'src');
  const paths = [treeToWrite(src, 'src'), treeToWrite(dst, 'dst')];
  return (await runPatiently(MOVE, paths, [], bulk(o), 'rename')).toString();
}
