// The options that temporary files and directories share, read as own properties and checked before anything is created.
//
// Own properties only: a polluted Object.prototype must not choose where files are made or whether they are removed.
import path from 'node:path';

import { type Check, count, flag, optionReader } from '../arguments/options.js';
import { type Path, textOf, toPathBytes } from '../arguments/path.js';
import { invalidArgType, invalidArgValue } from '../errors/index.js';
import { SCHEME } from '../filesystem/mounted-path.js';
import { realFiles, storeOf, storeOfTreeToWrite } from '../filesystem/mounts.js';
import type { Store, TempPlace } from '../filesystem/store.js';
import type { BinaryMode, TextMode } from '../file/mode.js';
import { HANDLE_CHECKS, type OpenOptions, type TextOpenOptions } from '../open/options.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { findTempdir, knownTempdir } from './gettempdir.js';
import { gettempprefix } from './gettempprefix.js';

/** The directory and the name of a temporary file or directory. */
export interface PlaceOptions<Directory extends Path = Path> {
  /** The end of the name: a string without a separator or NUL. Default `''`. */
  suffix?: string | undefined;
  /** The start of the name: a string without a separator or NUL. Default `gettempprefix()`. */
  prefix?: string | undefined;
  /** The directory that it is created in. Default `gettempdir()`. */
  dir?: Directory | undefined;
}

type HandleOptions<Base, Mode> = Omit<Base, 'closefd' | 'opener' | 'permissions'> &
  PlaceOptions & { mode?: Mode };

/** Options of the temporary files in binary modes; the default is `'w+b'`. */
export type TempBinaryOptions = HandleOptions<OpenOptions, BinaryMode>;
/** The same without a buffer. */
export type TempRawOptions = TempBinaryOptions & { buffering: 0 };
/** Options of the temporary files in text modes. */
export type TempTextOptions = HandleOptions<TextOpenOptions, TextMode> & { mode: TextMode };
/** Options with a mode that is known only at run time. */
export type TempAnyOptions = HandleOptions<TextOpenOptions, string>;

// Only primitive strings are accepted: an array or a String object would be converted twice, for the check and for the
// use.
const namePart =
  (otherwise: string): Check<string> =>
  (value, name) => {
    if (value === undefined) return otherwise;
    if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value);
    if (value.includes('\0')) throw invalidArgValue(name, value, 'must be a string without null bytes');
    if (value.includes('/') || value.includes(path.sep))
      throw invalidArgValue(name, value, 'must be a string without path separators');
    return value;
  };

// A named type, so that its declaration does not contain the type argument of Uint8Array, which compilers before TypeScript
// 5.7 do not know.
type Directory = string | Uint8Array | undefined;

const directory: Check<Directory> = (value, name) =>
  value === undefined ? undefined : absolute(toPathBytes(value, name));

const PLACE = { prefix: namePart(gettempprefix()), suffix: namePart(''), dir: directory };
const FILE = { ...PLACE, ...HANDLE_CHECKS, mode: (value: unknown) => (value === undefined ? 'w+b' : value) };

/** Reads the options of a place. */
export const readPlaceOptions = optionReader(PLACE);
/** Reads the options of a temporary file. */
export const readFileOptions = optionReader(FILE);
/** Reads the options of a named temporary file. */
export const readNamedOptions = optionReader({ ...FILE, delete: flag(true), deleteOnClose: flag(true) });
/** Reads the options of a spooled temporary file. */
export const readSpoolOptions = optionReader({ ...FILE, maxSize: count(0) });
/** Reads the options of a temporary directory. */
export const readDirectoryOptions = optionReader({
  ...PLACE,
  ignoreCleanupErrors: flag(false),
  delete: flag(true),
});

/** The checked prefix, suffix and directory. Without `dir`, the directory is gettempdir(). */
interface CheckedPlace {
  readonly dir: Directory;
  readonly prefix: string;
  readonly suffix: string;
}

/** Where a temporary file or directory is created, and the store of that place. */
interface StoredPlace {
  readonly place: TempPlace;
  readonly store: Store;
}

/**
 * The place with its directory. It is a promise only until the default directory has been found: afterwards, the request is submitted
 * during the call, and calls keep their order.
 */
export function placeOf(checked: CheckedPlace, call: Call | undefined): StoredPlace | Promise<StoredPlace> {
  throwIfAborted(call?.signal);
  const known = checked.dir ?? knownTempdir();
  return known === undefined
    ? findTempdir(call).then((dir) => placeIn(dir, checked))
    : placeIn(known, checked);
}

function placeIn(dir: string | Uint8Array, { prefix, suffix }: CheckedPlace): StoredPlace {
  return { place: { dir, prefix, suffix }, store: storeOfTreeToWrite(dir) };
}

// An absolute name stays valid after a chdir. `..` is left to the kernel, because the directory before it may be a
// link.
function absolute(dir: string | Uint8Array): string | Uint8Array {
  if (SCHEME.test(textOf(dir))) return dir;
  if (typeof dir !== 'string') {
    return dir[0] === SLASH ? dir : Buffer.concat([Buffer.from(`${process.cwd()}/`), dir]);
  }
  if (dir === lastAbsolute) return dir;
  // On Windows, a mounted path need not begin with a drive.
  if (process.platform === 'win32' && dir.startsWith('/') && storeOf(dir) !== realFiles) return dir;
  const normal = dir.split(/[\\/]/).includes('..') ? dir : path.resolve(dir);
  if (!path.isAbsolute(normal)) return process.cwd() + path.sep + normal;
  return (lastAbsolute = normal);
}

// The last result, which needs no further conversion. Many files are made in one directory.
let lastAbsolute = '';

const SLASH = 47;

/** The path of the created file, in the form of `dir`: bytes if `dir` is bytes. */
export function pathFrom(path: string | Uint8Array, place: CheckedPlace): string | Uint8Array {
  if (place.dir === undefined || typeof place.dir === 'string') return textOf(path);
  return Uint8Array.prototype.slice.call(Buffer.from(path));
}
