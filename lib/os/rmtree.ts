// rmtree: removes a directory with all that is in it, following no link.
import { callback, flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import type { SystemError } from '../errors/index.js';
import { storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `rmtree`. */
export interface RmtreeOptions extends OpOptions {
  /** Goes on and resolves whatever cannot be removed. Default false. */
  ignoreErrors?: boolean | undefined;
  /** Called, and waited for, with each failure; what it throws ends the removal. */
  onError?: ((error: SystemError) => unknown) | undefined;
}

const readOptions = optionReader({
  ignoreErrors: flag(false),
  onError: callback<(error: Error) => unknown>(),
});

/**
 * Removes a directory and everything in it, and nothing else whatever is swapped for a link meanwhile. It goes on after
 * what it cannot remove.
 * @throws the first failure in Node's shape (ENOTDIR when `path` is a link or a file), unless `ignoreErrors` or
 *   `onError` is given; TypeError for a bad path, AbortError, TimeoutError
 * @example await os.rmtree('build');
 */
export async function rmtree(path: Path, o?: RmtreeOptions): Promise<void> {
  const options = readOptions(o);
  const top = toPathBytes(path);
  await storeOfTreeToWrite(top).removeTree(top, options, options.call);
}
