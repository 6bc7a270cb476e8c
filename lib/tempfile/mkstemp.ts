// A temporary file as a descriptor and a path, for who wants to look after both.
import { giveAway } from '../native/temporary.js';
import type { OpOptions } from '../schedule/options.js';
import { createFile } from './create-file.js';
import { checkPlace, opOptionsOf, ownOptions, pathFrom, type PlaceOptions } from './options.js';

/**
 * Creates a file that nobody else can have opened: mode 0600, exclusively, with 80 random bits in its name. Closing the
 * descriptor and removing the file are the caller's business.
 *
 * @param o `suffix`, `prefix`, `dir`; `signal`, `lane`, `timeout` (ms)
 * @returns the descriptor, open for reading and writing and close-on-exec, and the absolute path (bytes where `dir` is)
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, AbortError, TimeoutError, LaneFullError, and the system's
 *   errors; nothing has been left then
 * @example
 * const { fd, path } = await mkstemp({ suffix: '.json' });
 */
export function mkstemp(o?: PlaceOptions<string | URL> & OpOptions): Promise<{ fd: number; path: string }>;
export function mkstemp(o: PlaceOptions & OpOptions): Promise<{ fd: number; path: string | Uint8Array }>;
export async function mkstemp(
  o?: PlaceOptions & OpOptions,
): Promise<{ fd: number; path: string | Uint8Array }> {
  const own = ownOptions(o);
  const op = opOptionsOf(own);
  const place = checkPlace(own);
  const made = await createFile(place, { anonymous: false, appending: false }, op);
  giveAway(made);
  return { fd: made.fd, path: pathFrom(made.path, place) };
}
