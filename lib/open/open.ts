// open(): Python's open, as a promise.
import { close } from 'node:fs';

import { checkDescriptor, isDescriptor } from '../arguments/numbers.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { refuseForbidden, refuseForbiddenUse } from '../filesystem/layers.js';
import { realFiles, storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { FilePath } from '../filesystem/filesystem.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Store } from '../filesystem/store.js';
import { invalidArgValue } from '../errors/index.js';
import type { BinaryFile } from '../file/binary-file.js';
import { DEFAULT_BUFFER_SIZE } from '../file/buffered-io.js';
import type { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { type AnyFile, buildHandle } from './build.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { unlessEnded } from '../schedule/watch-call.js';
import { type BinaryMode, parseMode, type TextMode } from '../file/mode.js';
import type { ResolvedText } from '../file/text-options.js';
import {
  readOpenOptions,
  type OpenOptions,
  type Opener,
  type ResolvedHandle,
  resolveHandle,
  type TextOpenOptions,
} from './options.js';

/**
 * Opens a file.
 *
 * @param file a path, a `file:` URL, a POSIX byte path, or an open descriptor
 * @param mode Python's: one of `r w a x`, optionally `+`, `b` or `t`, in any order. Default `'r'`
 * @param o buffering, encoding, errors, newline, closefd, opener, permissions, signal, lane, timeout
 * @returns a TextFile, or in binary modes a BinaryFile, or with `buffering: 0` a RawFile
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE and RangeError ERR_OUT_OF_RANGE before the file is touched,
 *   UnknownEncodingError, UnsupportedOperationError, ERR_ACCESS_DENIED under `--permission`, AbortError, TimeoutError, and the
 *   system's errors in Node's shape
 * @cancelling no descriptor is left; a file that was opened too late is closed, even if an `opener` opened it
 * @platforms Linux reads cached data without a thread. Windows has only the owner's write permission of
 *   `permissions`
 * @example
 * await using f = await open('notes.txt', 'w');
 * await f.write('hello\n');
 * @see https://docs.python.org/3/library/functions.html#open
 */
export function open(
  file: Path | number,
  mode: BinaryMode,
  o: OpenOptions & { buffering: 0 },
): Promise<RawFile>;
export function open(file: Path | number, mode: BinaryMode, o?: OpenOptions): Promise<BinaryFile>;
export function open(file: Path | number, mode?: TextMode, o?: TextOpenOptions): Promise<TextFile>;
export function open(file: Path | number, mode: string, o?: TextOpenOptions): Promise<AnyFile>;
export async function open(file: Path | number, mode = 'r', o?: TextOpenOptions): Promise<AnyFile> {
  const options = readOpenOptions(o);
  const resolved = resolveHandle(mode, options);
  const { closefd, opener, permissions, call } = options;
  const { flags } = resolved.mode;

  let opened: OpenFile;
  let name: string | number | Uint8Array;
  if (typeof file === 'number') {
    if (opener !== undefined)
      throw invalidArgValue('options.opener', opener, 'cannot be given with a descriptor');
    name = checkDescriptor(file, 'file');
    refuseForbiddenUse('open', { fd: file }, file);
    opened = await realFiles.adopt(file, flags, closefd, call);
  } else {
    if (!closefd)
      throw invalidArgValue('options.closefd', closefd, 'must be true if the file is opened by its path');
    const path = toPathBytes(file, 'file');
    name = path;
    const store = storeFor(path, resolved);
    opened =
      opener === undefined
        ? await store.open(path, flags, permissions, call)
        : await openWith(opener, path, flags, call);
  }
  try {
    // Most files need no further promise.
    const handle = mayBeTerminal(opened, resolved, options) ? await forTerminal(opened, resolved) : resolved;
    return buildHandle(opened, name, handle);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Opens a file to read it, with checked options: text as `text` says, or bytes without a buffer. Unlike `open`, whose
 * caller keeps the file, it waits for a descriptor if the process has none.
 * @throws as `open`
 */
export async function openToRead(
  path: FilePath,
  text: ResolvedText | undefined,
  call: Call | undefined,
): Promise<AnyFile> {
  const mode = parseMode(text === undefined ? 'rb' : 'r');
  const bufferSize = text === undefined ? 0 : DEFAULT_BUFFER_SIZE;
  const store = storeToRead(path);
  const file = await store.withDescriptors(() => store.open(path, mode.flags, 0, call), call);
  return buildHandle(file, path, { mode, modeName: 'r', bufferSize, text });
}

function storeFor(path: string | Uint8Array, { mode }: ResolvedHandle): Store {
  if (!mode.writable) return storeToRead(path);
  if (mode.readable) storeToRead(path);
  return storeToWrite(path);
}

/** Whether the file must be asked if it is a terminal, which changes the buffering of text. */
function mayBeTerminal(
  file: OpenFile,
  { text }: ResolvedHandle,
  { buffering = -1 }: { buffering?: unknown },
): boolean {
  return text !== undefined && buffering === -1 && file.kind === 'character';
}

/** Text written to a terminal is flushed at each line ending, unless `buffering` is given, as in Python. */
async function forTerminal(file: OpenFile, resolved: ResolvedHandle): Promise<ResolvedHandle> {
  const { text } = resolved;
  if (text === undefined || !(await file.isatty())) return resolved;
  return { ...resolved, text: { ...text, lineBuffering: true } };
}

async function openWith(
  opener: Opener,
  path: string | Uint8Array,
  flags: number,
  call: Call | undefined,
): Promise<OpenFile> {
  throwIfAborted(call?.signal);
  refuseForbidden('open', path);
  const answer = opener(path, flags);
  let given: unknown;
  try {
    given = await unlessEnded(answer, call);
  } catch (error) {
    // The opener may still return a descriptor, which nothing else would close.
    void Promise.resolve(answer).then(closeUnused, () => undefined);
    throw error;
  }
  const fd = checkDescriptor(given, 'the result of options.opener');
  // From here on the library owns the descriptor: the file takes it, or it is closed.
  try {
    throwIfAborted(call?.signal);
    return await realFiles.adopt(fd, flags, true, call?.uninterrupted());
  } catch (error) {
    await closeUnused(fd);
    throw error;
  }
}

/** Closes a descriptor to which nothing has been written. Ignores values that are not descriptors. */
async function closeUnused(fd: unknown): Promise<void> {
  if (!isDescriptor(fd)) return;
  await new Promise((resolve) => {
    close(fd, resolve);
  });
}
