// open(): Python's open, as a promise.
import { close } from 'node:fs';

import { type Path, toPathBytes } from '../arguments/path.js';
import { refuseForbidden, refuseForbiddenUse } from '../filesystem/layers.js';
import { realFiles, storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { OpenFile } from '../filesystem/open-file.js';
import type { Store } from '../filesystem/store.js';
import { AbortError, invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import type { BinaryFile } from '../file/binary-file.js';
import type { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { type AnyFile, buildHandle } from './build.js';
import type { Call } from '../schedule/call.js';
import { unlessEnded } from '../schedule/watch-call.js';
import type { BinaryMode, TextMode } from '../file/mode.js';
import {
  checkOpenOptions,
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
 *   UnknownEncodingError, UnsupportedOperationError, ERR_ACCESS_DENIED under `--permission`, AbortError, TimeoutError, and the system's errors in Node's shape
 * @cancelling no descriptor is left; a file that was opened too late is closed, also by an `opener`
 * @platforms Linux reads cached data without a thread. Windows knows only the owner's write permission of
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
  const byDescriptor = typeof file === 'number';
  const { closefd, opener, permissions } = checkOpenOptions(options, byDescriptor);
  const { flags } = resolved.mode;
  const { call } = options;

  let opened: OpenFile;
  let name: string | number | Uint8Array;
  if (byDescriptor) {
    if (opener !== undefined)
      throw invalidArgValue('options.opener', opener, 'cannot be given with a descriptor');
    checkDescriptor(file, 'file');
    name = file;
    refuseForbiddenUse('open', { fd: file }, file);
    opened = await realFiles.adopt(file, flags, closefd, call);
  } else {
    const path = toPathBytes(file, 'file');
    name = path;
    const store = storeFor(path, resolved);
    opened =
      opener === undefined
        ? await store.open(path, flags, permissions, call)
        : await openWith(opener, path, flags, call);
  }
  try {
    return buildHandle(opened, name, await forTerminal(opened, resolved, options));
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function storeFor(path: string | Uint8Array, { mode }: ResolvedHandle): Store {
  if (!mode.writable) return storeToRead(path);
  if (mode.readable) storeToRead(path);
  return storeToWrite(path);
}

/** Text written to a terminal is flushed at each line end, unless a buffer was asked for, as in Python. */
async function forTerminal(
  file: OpenFile,
  resolved: ResolvedHandle,
  { buffering = -1 }: { buffering?: unknown },
): Promise<ResolvedHandle> {
  const { text } = resolved;
  if (text === undefined || buffering !== -1 || file.kind !== 'character' || !(await file.isatty()))
    return resolved;
  return { ...resolved, text: { ...text, lineBuffering: true } };
}

async function openWith(
  opener: Opener,
  path: string | Uint8Array,
  flags: number,
  call: Call | undefined,
): Promise<OpenFile> {
  checkSignal(call?.signal);
  refuseForbidden('open', path);
  const answer = opener(path, flags);
  let fd: unknown;
  try {
    fd = await unlessEnded(answer, call);
  } catch (error) {
    // The opener may still answer. Nobody else closes its descriptor then.
    void Promise.resolve(answer).then(closeUnused, () => undefined);
    throw error;
  }
  checkDescriptor(fd, 'the result of options.opener');
  // From here on the library owns the descriptor: the file takes it, or it is closed.
  try {
    checkSignal(call?.signal);
    return await realFiles.adopt(fd, flags, true, call?.uninterrupted());
  } catch (error) {
    await closeUnused(fd);
    throw error;
  }
}

/** Closes a descriptor that nothing has been written through. Ignores what is no descriptor. */
async function closeUnused(fd: unknown): Promise<void> {
  if (typeof fd !== 'number' || !isDescriptor(fd)) return;
  await new Promise((resolve) => {
    close(fd, resolve);
  });
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError(signal.reason);
}

function checkDescriptor(fd: unknown, name: string): asserts fd is number {
  if (typeof fd !== 'number') throw invalidArgType(name, 'of type number', fd);
  if (!isDescriptor(fd)) throw outOfRange(name, '>= 0 && <= 2147483647', fd);
}

function isDescriptor(fd: number): boolean {
  return Number.isInteger(fd) && fd >= 0 && fd <= 0x7fffffff;
}
