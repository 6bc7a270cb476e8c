// open(): Python's, as a promise.
import { close } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type Path, toPathBytes } from '../arguments/path.js';
import { checkPermission } from '../arguments/permission.js';
import type { Backend, OpenFile } from '../filesystem/open-file.js';
import { currentBackend } from '../filesystem/current.js';
import { AbortError, invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import type { BinaryFile } from '../file/binary-file.js';
import type { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { type AnyFile, buildHandle } from './build.js';
import type { BinaryMode, TextMode } from './mode.js';
import {
  checkOpenOptions,
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
 * @param mode Python's: one of `r w a x`, optionally `+`, `b` or `t`, in any order; `'r'` unless told
 * @param o buffering, encoding, errors, newline, closefd, opener, permissions, signal, lane, timeout
 * @returns a TextFile, or in binary modes a BinaryFile, or with `buffering: 0` a RawFile
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE and RangeError ERR_OUT_OF_RANGE before the file is touched,
 *   UnknownEncodingError, UnsupportedOperationError, ERR_ACCESS_DENIED under `--permission`, AbortError, TimeoutError, and the system's errors in Node's shape
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
export async function open(file: Path | number, mode = 'r', o: TextOpenOptions = {}): Promise<AnyFile> {
  if (typeof o !== 'object' || o === null) throw invalidArgType('options', 'of type object', o);
  const resolved = resolveHandle(mode, o);
  const byDescriptor = typeof file === 'number';
  const { closefd, opener, permissions } = checkOpenOptions(o, byDescriptor);
  const { flags } = resolved.mode;
  const backend = currentBackend();

  let opened: OpenFile;
  let name: string | number | Uint8Array;
  if (byDescriptor) {
    if (opener !== undefined)
      throw invalidArgValue('options.opener', opener, 'cannot be given with a descriptor');
    checkDescriptor(file, 'file');
    name = file;
    opened = await backend.adopt(file, flags, closefd, o);
  } else {
    const path = toPathBytes(file, 'file');
    name = file instanceof URL ? fileURLToPath(file) : path;
    if (resolved.mode.readable) checkPermission('fs.read', path);
    if (resolved.mode.writable) checkPermission('fs.write', path);
    opened =
      opener === undefined
        ? await backend.open(path, flags, permissions, o)
        : await openWith(backend, opener, path, flags, o);
  }
  try {
    return buildHandle(opened, name, await forTerminal(opened, resolved, o));
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Text written to a terminal goes out line by line unless a buffer was asked for, as Python has it. */
async function forTerminal(
  file: OpenFile,
  resolved: ResolvedHandle,
  { buffering = -1 }: OpenOptions,
): Promise<ResolvedHandle> {
  const { text } = resolved;
  if (text === undefined || buffering !== -1 || file.kind !== 'character' || !(await file.isatty()))
    return resolved;
  return { ...resolved, text: { ...text, lineBuffering: true } };
}

async function openWith(
  backend: Backend,
  opener: Opener,
  path: string | Uint8Array,
  flags: number,
  o: OpenOptions,
): Promise<OpenFile> {
  checkSignal(o.signal);
  const fd: unknown = await opener(path, flags);
  checkDescriptor(fd, 'the result of options.opener');
  // The descriptor is ours from here on: whatever happens, it ends in the file or is closed.
  try {
    checkSignal(o.signal);
    return await backend.adopt(fd, flags, true, o.lane === undefined ? undefined : { lane: o.lane });
  } catch (error) {
    await new Promise((resolve) => {
      close(fd, resolve); // nothing was written through it
    });
    throw error;
  }
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortError(signal.reason);
}

function checkDescriptor(fd: unknown, name: string): asserts fd is number {
  if (typeof fd !== 'number') throw invalidArgType(name, 'of type number', fd);
  if (!Number.isInteger(fd) || fd < 0 || fd > 0x7fffffff) throw outOfRange(name, '>= 0 && <= 2147483647', fd);
}
