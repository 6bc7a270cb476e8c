// A temporary directory as a path, for who wants to remove it.
import { forgetTemp } from '../native/temporary.js';
import type { OpOptions } from '../schedule/options.js';
import { createDirectory } from './create-directory.js';
import { checkPlace, opOptionsOf, ownOptions, pathFrom, type PlaceOptions } from './options.js';

/**
 * Creates a directory of mode 0700 with 80 random bits in its name. Removing it is the caller's business.
 *
 * @param o `suffix`, `prefix`, `dir`; `signal`, `lane`, `timeout` (ms)
 * @returns its absolute path (bytes where `dir` is)
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, AbortError, TimeoutError, LaneFullError, and the system's
 *   errors; nothing has been left then
 * @example
 * const work = await mkdtemp({ prefix: 'build-' });
 */
export function mkdtemp(o?: PlaceOptions<string | URL> & OpOptions): Promise<string>;
export function mkdtemp(o: PlaceOptions & OpOptions): Promise<string | Uint8Array>;
export async function mkdtemp(o?: PlaceOptions & OpOptions): Promise<string | Uint8Array> {
  const own = ownOptions(o);
  const op = opOptionsOf(own);
  const place = checkPlace(own);
  const { path, registration } = await createDirectory(place, op);
  forgetTemp(registration);
  return pathFrom(path, place);
}
