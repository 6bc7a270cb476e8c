// removedirs: removes an empty directory and the ones above it that it leaves empty.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes an empty directory, then those above it in `path`, from the lowest up, for as long as they are empty.
 * @throws the system's errors in Node's shape, for `path` itself only; TypeError for a bad path, AbortError, TimeoutError
 * @example await os.removedirs('a/b/c'); // and a/b, and a
 */
export async function removedirs(path: Path, o?: OpOptions): Promise<void> {
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).removeDirectories(at, call);
}
