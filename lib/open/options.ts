// The options of `open` and of all functions that make handles, checked once and completed.
import { modeOption } from '../arguments/mode.js';
import { invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import { DEFAULT_BUFFER_SIZE } from '../file/buffered-io.js';
import { callback, flag, optionReader, unchecked } from '../arguments/options.js';
import type { OpOptions } from '../schedule/options.js';
import {
  checkTextOptions,
  type ErrorHandlerName,
  type Newline,
  type ResolvedText,
  TEXT_CHECKS,
} from '../file/text-options.js';
import { type Mode, parseMode } from '../file/mode.js';

/** Opens the file instead of the library: receives `path` and the flags, and returns a descriptor. */
export type Opener = (path: string | Uint8Array, flags: number) => number | Promise<number>;

/** Options of `open` in binary modes. */
export interface OpenOptions extends OpOptions {
  /** -1: the default size. 0: none (binary only). 1: flush at each line ending (text only). More: bytes. Default -1. */
  buffering?: number | undefined;
  /** False leaves a descriptor given by number open on `close`. Default true. */
  closefd?: boolean | undefined;
  /** Opens the file instead of the library: receives the path and the flags, and returns a descriptor. */
  opener?: Opener | undefined;
  /** Permission bits of a file that is created, before the umask. Default 0o666. */
  permissions?: number | undefined;
}

/** Options of `open` in text modes. */
export interface TextOpenOptions extends OpenOptions {
  /** Default `'utf-8'`. */
  encoding?: string | undefined;
  /** How bytes or characters that cannot be converted are handled. Default `'strict'`. */
  errors?: ErrorHandlerName | undefined;
  /** As in Python: null, `''`, `'\n'`, `'\r'` or `'\r\n'`. Default null: universal newlines. */
  newline?: Newline | undefined;
}

/** What a handle needs besides its file. */
export interface ResolvedHandle {
  readonly mode: Mode;
  /** The mode string as given. */
  readonly modeName: string;
  /** 0: raw; else the buffer's size in bytes. */
  readonly bufferSize: number;
  readonly text: ResolvedText | undefined;
}

/** The options that decide how a handle is built, before they are checked. */
type HandleOptions = { readonly [Option in keyof typeof HANDLE_CHECKS]?: unknown };

/** The checks of these options, whose meaning depends on the mode. */
export const HANDLE_CHECKS = { buffering: unchecked, ...TEXT_CHECKS };

const checkOpener = callback<Opener>();

/** Reads the options of `open`. */
export const readOpenOptions = optionReader({
  ...HANDLE_CHECKS,
  closefd: flag(true),
  opener: (value, name) => checkOpener(value ?? undefined, name),
  permissions: modeOption(0o666),
});

/**
 * Checks mode and options, before any file is touched.
 * @throws TypeError ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE, UnknownEncodingError
 */
export function resolveHandle(modeName: unknown, o: HandleOptions, name = 'mode'): ResolvedHandle {
  const mode = parseMode(modeName, name);
  const { buffering = -1, encoding, errors, newline } = o;
  if (typeof buffering !== 'number') throw invalidArgType('options.buffering', 'of type number', buffering);
  if (!Number.isInteger(buffering) || buffering < -1 || buffering > MAX_BUFFER) {
    throw outOfRange('options.buffering', `an integer >= -1 && <= ${MAX_BUFFER}`, buffering);
  }
  // As in Python, line buffering of bytes means the default buffering.
  const bufferSize = buffering === 0 ? 0 : buffering > 1 ? buffering : DEFAULT_BUFFER_SIZE;
  if (mode.binary) {
    if (encoding != null)
      throw invalidArgValue('options.encoding', encoding, 'cannot be given in binary mode');
    if (errors != null) throw invalidArgValue('options.errors', errors, 'cannot be given in binary mode');
    if (newline != null) throw invalidArgValue('options.newline', newline, 'cannot be given in binary mode');
    return { mode, modeName: modeName as string, bufferSize, text: undefined };
  }
  if (buffering === 0) throw invalidArgValue('options.buffering', 0, 'cannot be 0 in text mode');
  return { mode, modeName: modeName as string, bufferSize, text: checkTextOptions(o, buffering === 1) };
}

const MAX_BUFFER = 2 ** 31 - 1;
