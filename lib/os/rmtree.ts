// rmtree: removes a directory with all that is in it, following no link.
import { treeToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import type { SystemError } from '../errors/index.js';
import { removeTree, removeTreeReporting } from '../native/remove-tree.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `rmtree`. */
export interface RmtreeOptions extends OpOptions {
  /** Goes on and resolves whatever cannot be removed. Default false. */
  ignoreErrors?: boolean | undefined;
  /** Called, and waited for, with each failure; what it throws ends the removal. */
  onerror?: ((error: SystemError) => unknown) | undefined;
}

/**
 * Removes a directory and everything in it, and nothing else whatever is swapped for a link meanwhile. It goes on after
 * what it cannot remove.
 * @throws the first failure in Node's shape (ENOTDIR when `path` is a link or a file), unless `ignoreErrors` or
 *   `onerror` is given; TypeError for a bad path, AbortError, TimeoutError
 * @example await os.rmtree('build');
 */
export async function rmtree(path: Path, o: RmtreeOptions = {}): Promise<void> {
  const { ignoreErrors = false, onerror, ...rest } = o;
  const top = treeToWrite(path);
  if (onerror !== undefined && !ignoreErrors) await removeTreeReporting(top, onerror, rest);
  else await removeTree(top, { ...rest, ignoreErrors });
}
