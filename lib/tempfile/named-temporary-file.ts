// A temporary file that others can open by its name.
import type { BinaryFile } from '../file/binary-file.js';
import { asyncDispose } from '../file/dispose.js';
import type { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { discardTempFile, forgetTemp } from '../native/temporary.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import { resolveHandle } from '../open/options.js';
import { createFile } from './create-file.js';
import { bothSettled, FreshFile, VanishingFile } from './file-on.js';
import {
  booleanOf,
  checkPlace,
  opOptionsOf,
  ownOptions,
  pathFrom,
  type TempAnyOptions,
  type TempBinaryOptions,
  type TempRawOptions,
  type TempTextOptions,
} from './options.js';

/** When the file is removed. */
export interface DeleteOptions {
  /** False: never by the library. Default true. */
  delete?: boolean | undefined;
  /** True: with `close`. False: when the handle is disposed of or the process ends. Default true. */
  deleteOnClose?: boolean | undefined;
}

/**
 * Opens a temporary file whose `name` is its path, and removes it: with `close`, or with `deleteOnClose: false` when the
 * handle is disposed of (`await using`), and at the latest when the process ends or is ended by SIGINT, SIGTERM or SIGHUP.
 * Having removed or renamed it meanwhile is fine.
 *
 * @param o `delete` (true), `deleteOnClose` (true), `mode` (`'w+b'`), `buffering`, `encoding`, `errors`, `newline`, `suffix`,
 *   `prefix`, `dir`, `signal`, `lane`
 * @returns the handle that the mode asks for
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, UnknownEncodingError, AbortError, TimeoutError,
 *   LaneFullError, and the system's errors; nothing has been left then
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
  const own = ownOptions(o);
  const resolved = resolveHandle(own.mode ?? 'w+b', own);
  const removed = booleanOf(own.delete, 'delete', true);
  const onClose = booleanOf(own.deleteOnClose, 'deleteOnClose', true);
  const place = checkPlace(own);
  const made = await createFile(
    place,
    { anonymous: false, appending: resolved.mode.appending },
    opOptionsOf(own),
  );
  const name = pathFrom(made.path, place);
  if (removed && onClose) return buildHandle(new VanishingFile(made, name), name, resolved);
  if (!removed) forgetTemp(made.registration);
  const handle = buildHandle(new FreshFile(made), name, resolved);
  if (removed) removeOnDispose(handle, name, made.registration);
  return handle;
}

/** A handle whose name is a path: a string, unless `dir` was given as bytes. */
export interface Named {
  readonly name: string;
}

function removeOnDispose(handle: AnyFile, name: string | Uint8Array, registration: number): void {
  // Removed once: what has the name after that is somebody else's.
  let discarding: Promise<void> | undefined;
  const discard = (): Promise<void> => {
    discarding ??= discardTempFile(name, registration).catch((error: unknown) => {
      discarding = undefined;
      throw error;
    });
    return discarding;
  };
  Object.defineProperty(handle, asyncDispose, {
    configurable: true,
    writable: true,
    value: async () => {
      await bothSettled(handle.close(), discard());
    },
  });
}
