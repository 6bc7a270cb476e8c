// removedirs: removes an empty directory, and those above it that become empty.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes an empty directory, and then each parent directory in `path` that has become empty.
 * @returns nothing
 * @throws the system's errors in Node's shape, for `path` itself only; TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call does nothing; a running one may stop part-way, and changes made by then
 *   remain
 * @platforms the same on Linux, macOS and Windows
 * @example await os.removedirs('a/b/c'); // and a/b, and a
 */
export async function removedirs(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).removeDirectories(at, call);
}
