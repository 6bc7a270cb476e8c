// renames: a rename that makes the directories it needs and removes the ones it emptied.
import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { opOptions } from '../native/run-patiently.js';
import { RENAME_DIRECTORIES } from '../native/task-kinds.js';
import { runTask } from '../native/tasks.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Renames `src` to `dst`, making the directories above `dst` first and removing those above `src` after it, from the
 * lowest up, for as long as they are empty.
 * @throws the system's errors in Node's shape, TypeError for bad paths, AbortError, TimeoutError
 * @example await os.renames('inbox/2024/a.txt', 'archive/2024/a.txt');
 */
export async function renames(src: Path, dst: Path, o?: OpOptions): Promise<void> {
  await runTask(RENAME_DIRECTORIES, [pathToWrite(src, 'src'), pathToWrite(dst, 'dst')], [], opOptions(o));
}
