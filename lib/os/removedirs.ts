// removedirs: removes an empty directory and the ones above it that it leaves empty.
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { opOptions } from '../native/run-patiently.js';
import { REMOVE_DIRECTORIES } from '../native/task-kinds.js';
import { runTask } from '../native/tasks.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Removes an empty directory, then those above it in `path`, from the lowest up, for as long as they are empty.
 * @throws the system's errors in Node's shape, for `path` itself only; TypeError for a bad path, AbortError, TimeoutError
 * @example await os.removedirs('a/b/c'); // and a/b, and a
 */
export async function removedirs(path: Path, o?: OpOptions): Promise<void> {
  await runTask(REMOVE_DIRECTORIES, [pathToWrite(path)], [], opOptions(o));
}
