// rmtree: removes a directory and everything in it, and follows no link.
import { callback, flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import type { SystemError } from '../errors/index.js';
import { storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `rmtree`. */
export interface RmtreeOptions extends OpOptions {
  /** Continues after failures, and resolves. Default false. */
  ignoreErrors?: boolean | undefined;
  /** Called with each failure, and awaited. If it throws, the removal ends. */
  onError?: ((error: SystemError) => unknown) | undefined;
}

const readOptions = optionReader({
  ignoreErrors: flag(false),
  onError: callback<(error: Error) => unknown>(),
});

/**
 * Removes a directory and everything in it. Never removes anything else, even if a directory is replaced by a link during the
 * removal. Continues after entries that it cannot remove.
 * @returns nothing
 * @throws the first failure in Node's shape (ENOTDIR when `path` is a link or a file), unless `ignoreErrors` or
 *   `onError` is given; TypeError for a bad path, AbortError, TimeoutError
 * @cancelling stops at the next entry or batch; changes made by then remain
 * @platforms several threads on Linux and macOS, one on Windows
 * @example await os.rmtree('build');
 */
export async function rmtree(path: Path, o?: RmtreeOptions): Promise<void> {
  const options = readOptions(o);
  const top = toPathBytes(path);
  await storeOfTreeToWrite(top).removeTree(top, options, options.call);
}
