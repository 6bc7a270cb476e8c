// Creates a temporary directory that the caller removes.
import type { OpOptions } from '../schedule/options.js';
import { pathFrom, placeOf, type PlaceOptions, readPlaceOptions } from './options.js';

/**
 * Creates a directory of mode 0700 with 80 random bits in its name. The caller removes it.
 *
 * @param o `suffix`, `prefix`, `dir`; `signal`, `lane`, `timeout` (ms)
 * @returns its absolute path (bytes if `dir` is)
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, AbortError, TimeoutError, LaneFullError, and the system's
 *   errors. In these cases, nothing is left behind
 * @cancelling nothing is left behind
 * @platforms mode 0700 has no effect on Windows
 * @example
 * const work = await mkdtemp({ prefix: 'build-' });
 */
export function mkdtemp(o?: PlaceOptions<string | URL> & OpOptions): Promise<string>;
export function mkdtemp(o: PlaceOptions & OpOptions): Promise<string | Uint8Array>;
export async function mkdtemp(o?: PlaceOptions & OpOptions): Promise<string | Uint8Array> {
  const own = readPlaceOptions(o);
  const placed = placeOf(own, own.call);
  const { place, store } = placed instanceof Promise ? await placed : placed;
  const made = await store.createTemporaryDirectory(place, own.call);
  const path = pathFrom(made.path, own);
  made.keep();
  return path;
}
