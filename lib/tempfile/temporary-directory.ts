// A temporary directory that is removed with everything in it.
import { asyncDispose } from '../file/dispose.js';
import type { TemporaryDirectoryEntry } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { pathFrom, placeOf, type PlaceOptions, readDirectoryOptions } from './options.js';

/** Options of `temporaryDirectory`. */
export interface TemporaryDirectoryOptions extends PlaceOptions, OpOptions {
  /** Resolves the cleanup even if something could not be removed. Default false. */
  ignoreCleanupErrors?: boolean | undefined;
  /** False: removed by an explicit `cleanup()` or `close()` only. Default true. */
  delete?: boolean | undefined;
}

/**
 * A directory that is removed when it is disposed of or the process ends. Created by `temporaryDirectory`.
 * @throws the first of the system's errors, unless `ignoreCleanupErrors` is true
 * @cancelling a removal takes no signal
 * @platforms Ctrl-C ends Node on Windows before the directory is removed, unless the program handles it
 * @example await using work = await temporaryDirectory({ prefix: 'build-' });
 */
export class TemporaryDirectory {
  /** Its absolute path (bytes if `dir` is bytes). */
  readonly name: string;
  readonly #entry: TemporaryDirectoryEntry;
  readonly #ignoreErrors: boolean;
  readonly #deleted: boolean;
  #cleaning: Promise<void> | undefined;

  /** @internal */
  constructor(name: string, entry: TemporaryDirectoryEntry, ignoreErrors: boolean, deleted: boolean) {
    this.name = name;
    this.#entry = entry;
    this.#ignoreErrors = ignoreErrors;
    this.#deleted = deleted;
  }

  /**
   * Removes the directory and everything in it. Never follows a link. After a failure, you can call it again. After it has
   * succeeded, calling it again has no effect. It is not an error if the directory no longer exists.
   * @throws the first of the system's errors, with the path that could not be removed, unless `ignoreCleanupErrors` is true
   * @example await work.cleanup();
   */
  cleanup(): Promise<void> {
    if (this.#cleaning === undefined) {
      const again = (): void => {
        this.#cleaning = undefined;
      };
      this.#cleaning = this.#remove(again);
      this.#cleaning.catch(again);
    }
    return this.#cleaning;
  }

  /** As `cleanup`. */
  close(): Promise<void> {
    return this.cleanup();
  }

  /** As `cleanup`, unless the directory was created with `delete: false`. */
  [asyncDispose](): Promise<void> {
    return this.#deleted ? this.cleanup() : Promise.resolve();
  }

  /** Converts the object to a string.
   * @returns the path of the directory */
  toString(): string {
    return typeof this.name === 'string' ? this.name : Buffer.from(this.name).toString();
  }

  async #remove(again: () => void): Promise<void> {
    if ((await this.#entry.remove(this.#ignoreErrors)) > 0) again();
  }
}

/**
 * Creates a directory with mode 0700. It is removed with its content when it is disposed of (`await using`), by `cleanup()`,
 * and when the process ends or is ended by SIGINT, SIGTERM or SIGHUP.
 * @param o `suffix`, `prefix`, `dir`, `ignoreCleanupErrors` (false), `delete` (true); `signal`, `lane`, `timeout` (ms) of the
 *   creation
 * @returns the directory: its `name`, `cleanup()` and `close()`
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, AbortError, TimeoutError, LaneFullError, and the system's
 *   errors. In these cases, nothing is left behind
 * @cancelling nothing is left behind
 * @platforms Ctrl-C ends Node on Windows before the directory is removed, unless the program handles it
 * @example
 * await using work = await temporaryDirectory({ prefix: 'build-' });
 * await writeFile(path.join(work.name, 'a.txt'), 'hello');
 * @see https://docs.python.org/3.12/library/tempfile.html#tempfile.TemporaryDirectory
 */
export async function temporaryDirectory(o?: TemporaryDirectoryOptions): Promise<TemporaryDirectory> {
  const own = readDirectoryOptions(o);
  const placed = placeOf(own, own.call);
  const { place, store } = placed instanceof Promise ? await placed : placed;
  const made = await store.createTemporaryDirectory(place, own.call);
  const name = pathFrom(made.path, own) as string;
  const directory = new TemporaryDirectory(name, made, own.ignoreCleanupErrors, own.delete);
  if (!own.delete) made.keep();
  return directory;
}
