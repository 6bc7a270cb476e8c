// A temporary file without a name.
import type { BinaryFile } from '../file/binary-file.js';
import type { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import { resolveHandle } from '../open/options.js';
import {
  placeOf,
  readFileOptions,
  type TempAnyOptions,
  type TempBinaryOptions,
  type TempRawOptions,
  type TempTextOptions,
} from './options.js';

/**
 * Creates a temporary file without a name on disk, or with a name that no other program can find out. It is removed when it
 * is closed, and when the process ends for any reason.
 * @param o `mode` (`'w+b'`), `buffering`, `encoding`, `errors`, `newline`, `suffix`, `prefix`, `dir`, `signal`, `lane`
 * @returns the handle for the mode; its name is the descriptor
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, UnknownEncodingError, AbortError, TimeoutError,
 *   LaneFullError, and the system's errors. In these cases, nothing is left behind
 * @cancelling nothing is left behind
 * @platforms `O_TMPFILE` on Linux where the file system has it; elsewhere an unpredictable name
 * @example
 * await using scratch = await temporaryFile();
 * await scratch.write(Buffer.from('never seen'));
 */
export function temporaryFile(o: TempRawOptions): Promise<RawFile>;
export function temporaryFile(o?: TempBinaryOptions): Promise<BinaryFile>;
export function temporaryFile(o: TempTextOptions): Promise<TextFile>;
export function temporaryFile(o: TempAnyOptions): Promise<AnyFile>;
export async function temporaryFile(o?: TempAnyOptions): Promise<AnyFile> {
  const own = readFileOptions(o);
  const resolved = resolveHandle(own.mode, own, 'options.mode');
  const placed = placeOf(own, own.call);
  const { place, store } = placed instanceof Promise ? await placed : placed;
  const { appending } = resolved.mode;
  const kind = { anonymous: true, appending, deleteOnClose: true };
  const { file } = await store.createTemporaryFile(place, kind, own.call);
  return buildHandle(file, file.fd, resolved);
}
