// Temporary files without a name, and with one, by which other programs can open them.
import type { BinaryFile } from '../file/binary-file.js';
import { withTables } from '../file/load-tables.js';
import type { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import { resolveHandle } from '../open/options.js';
import { asyncDispose } from '../file/dispose.js';
import type { TemporaryFile } from '../filesystem/store.js';
import {
  pathFrom,
  placeOf,
  readFileOptions,
  readNamedOptions,
  type TempAnyOptions,
  type TempBinaryOptions,
  type TempRawOptions,
  type TempTextOptions,
} from './options.js';

/**
 * Creates a temporary file without a name on disk, or with a name that no other program can find out. It is removed when it
 * is closed, and when the process ends for any reason.
 * @param o `mode` (`'w+b'`), `buffering`, `encoding`, `errors`, `newline`, `suffix`, `prefix`, `dir`, `signal`, `lane`,
 *   `timeout` (ms)
 * @returns the handle for the mode; its name is the descriptor
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, UnknownEncodingError, AbortError, TimeoutError,
 *   LaneFullError, and the system's errors. In these cases, nothing is left behind
 * @cancelling nothing is left behind
 * @platforms `O_TMPFILE` on Linux where the file system has it; elsewhere an unpredictable name
 * @example
 * await using scratch = await temporaryFile();
 * await scratch.write(Buffer.from('never seen'));
 * @see https://docs.python.org/3/library/tempfile.html#tempfile.TemporaryFile
 */
export function temporaryFile(o: TempRawOptions): Promise<RawFile>;
export function temporaryFile(o?: TempBinaryOptions): Promise<BinaryFile>;
export function temporaryFile(o: TempTextOptions): Promise<TextFile>;
export function temporaryFile(o: TempAnyOptions): Promise<AnyFile>;
export async function temporaryFile(o?: TempAnyOptions): Promise<AnyFile> {
  const own = readFileOptions(o);
  const checked = withTables(() => resolveHandle(own.mode, own, 'options.mode'), own.call);
  const resolved = checked instanceof Promise ? await checked : checked;
  const placed = placeOf(own, own.call);
  const { place, store } = placed instanceof Promise ? await placed : placed;
  const { appending } = resolved.mode;
  const kind = { anonymous: true, appending, deleteOnClose: true };
  const { file } = await store.createTemporaryFile(place, kind, own.call);
  return buildHandle(file, file.fd, resolved);
}

/** When the file is removed. */
export interface DeleteOptions {
  /** False: never by the library. Default true. */
  delete?: boolean | undefined;
  /** True: with `close`. False: when the handle is disposed of or the process ends. Default true. */
  deleteOnClose?: boolean | undefined;
}

/**
 * Creates a temporary file whose `name` is its path. `close` removes it. With `deleteOnClose: false`, it is removed when the
 * handle is disposed of (`await using`). In any case, it is removed when the process ends, or is ended by SIGINT, SIGTERM or
 * SIGHUP. You can remove or rename the file yourself.
 * @param o `delete` (true), `deleteOnClose` (true), `mode` (`'w+b'`), `buffering`, `encoding`, `errors`, `newline`, `suffix`,
 *   `prefix`, `dir`, `signal`, `lane`, `timeout` (ms)
 * @returns the handle for the mode
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, UnknownEncodingError, AbortError, TimeoutError,
 *   LaneFullError, and the system's errors. In these cases, nothing is left behind
 * @cancelling nothing is left behind
 * @platforms Ctrl-C ends Node on Windows before the file is removed, unless the program handles it
 * @example
 * await using script = await namedTemporaryFile({ mode: 'w', suffix: '.sh', deleteOnClose: false });
 * await script.write('echo hello\n');
 * await script.close();
 * await run('sh', [script.name]);
 * @see https://docs.python.org/3.12/library/tempfile.html#tempfile.NamedTemporaryFile
 */
export function namedTemporaryFile(o: TempRawOptions & DeleteOptions): Promise<RawFile & Named>;
export function namedTemporaryFile(o?: TempBinaryOptions & DeleteOptions): Promise<BinaryFile & Named>;
export function namedTemporaryFile(o: TempTextOptions & DeleteOptions): Promise<TextFile & Named>;
export function namedTemporaryFile(o: TempAnyOptions & DeleteOptions): Promise<AnyFile & Named>;
export async function namedTemporaryFile(o?: TempAnyOptions & DeleteOptions): Promise<AnyFile> {
  const own = readNamedOptions(o);
  const checked = withTables(() => resolveHandle(own.mode, own, 'options.mode'), own.call);
  const resolved = checked instanceof Promise ? await checked : checked;
  const placed = placeOf(own, own.call);
  const { place, store } = placed instanceof Promise ? await placed : placed;
  const { appending } = resolved.mode;
  const kind = { anonymous: false, appending, deleteOnClose: own.delete && own.deleteOnClose };
  const made = await store.createTemporaryFile(place, kind, own.call);
  const handle = buildHandle(made.file, pathFrom(made.path, own), resolved);
  if (own.delete && !own.deleteOnClose) removeOnDispose(handle, made);
  if (!own.delete) made.keep();
  return handle;
}

/** A handle whose name is a path: a string, unless `dir` was given as bytes. */
export interface Named {
  /** The path of the file. */
  readonly name: string;
}

function removeOnDispose(handle: AnyFile, made: TemporaryFile): void {
  // Removed only once, because a later file of the same name belongs to another program.
  let discarding: Promise<void> | undefined;
  const discard = (): Promise<void> => {
    discarding ??= made.discard().catch((error: unknown) => {
      discarding = undefined;
      throw error;
    });
    return discarding;
  };
  Object.defineProperty(handle, asyncDispose, {
    configurable: true,
    writable: true,
    value: async () => {
      for (const outcome of await Promise.allSettled([handle.close(), discard()])) {
        if (outcome.status === 'rejected') throw outcome.reason;
      }
    },
  });
}
