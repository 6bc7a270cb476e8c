// link: a second name for a file.
import { pathToRead, pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { LINK, pathCall } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Makes `dst` another name of the file `src` (a hard link).
 * @throws the system's errors in Node's shape with `path` and `dest` (EEXIST, EXDEV), TypeError for bad paths,
 *   AbortError, TimeoutError
 * @example await os.link('data', 'data.backup');
 */
export async function link(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  pathToRead(src, 'src');
  await pathCall(LINK, [pathToWrite(src, 'src'), pathToWrite(dst, 'dst')], [], o);
}
