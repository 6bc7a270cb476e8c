// Temporary files and directories that the caller removes.
import { lacking } from '../filesystem/errors.js';
import type { Store, TemporaryFile } from '../filesystem/store.js';
import type { OpOptions } from '../schedule/options.js';
import { pathFrom, placeOf, type PlaceOptions, readPlaceOptions } from './options.js';

/**
 * Creates a file exclusively, with mode 0600 and 80 random bits in its name. No other program can have opened it. The caller
 * closes the descriptor and removes the file.
 * @param o `suffix`, `prefix`, `dir`; `signal`, `lane`, `timeout` (ms)
 * @returns the descriptor, open for reading and writing and close-on-exec, and the absolute path (bytes if `dir` is)
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, AbortError, TimeoutError, LaneFullError, and the system's
 *   errors. In these cases, nothing is left behind. UnsupportedOperationError on a file system without descriptors
 * @cancelling nothing is left behind
 * @platforms mode 0600 has no effect on Windows
 * @example
 * const { fd, path } = await mkstemp({ suffix: '.json' });
 * @see https://docs.python.org/3/library/tempfile.html#tempfile.mkstemp
 */
export function mkstemp(o?: PlaceOptions<string | URL> & OpOptions): Promise<{ fd: number; path: string }>;
export function mkstemp(o: PlaceOptions & OpOptions): Promise<{ fd: number; path: string | Uint8Array }>;
export async function mkstemp(
  o?: PlaceOptions & OpOptions,
): Promise<{ fd: number; path: string | Uint8Array }> {
  const own = readPlaceOptions(o);
  const placed = placeOf(own, own.call);
  const { place, store } = placed instanceof Promise ? await placed : placed;
  if (!store.can('descriptors')) throw withoutDescriptors(store);
  const made = await store.createTemporaryFile(place, KIND, own.call);
  const path = pathFrom(made.path, own);
  // Called last: until then, the file is removed if its worker is terminated.
  return { fd: made.detach?.() ?? (await released(made, store)), path };
}

function withoutDescriptors(store: Store): Error {
  return lacking(store.name, 'descriptors', 'open a file with a descriptor');
}

// For real files beneath a root, or behind a layer of `faults` or `trace`.
async function released(made: TemporaryFile, store: Store): Promise<number> {
  const { file } = made;
  if (file.release !== undefined) {
    file.release();
    return file.fd;
  }
  // The file is a wrapper's own.
  await file.close().finally(() => made.discard());
  throw withoutDescriptors(store);
}

const KIND = { anonymous: false, appending: false, deleteOnClose: false };

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
 * @see https://docs.python.org/3/library/tempfile.html#tempfile.mkdtemp
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
