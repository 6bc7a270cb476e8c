// The options that the temporary things have in common, read as own properties and checked before anything is made.
//
// Own properties only: a polluted Object.prototype must not choose where files are made or whether they are removed.
import path from 'node:path';

import { toPathBytes, type Path } from '../arguments/path.js';
import { checkTreePermission } from '../arguments/permission.js';
import { AbortError, invalidArgType, invalidArgValue } from '../errors/index.js';
import type { TempPlace } from '../native/temporary.js';
import type { BinaryMode, TextMode } from '../open/mode.js';
import type { OpenOptions, TextOpenOptions } from '../open/options.js';
import { callFrom } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { gettempdir, knownTempdir } from './gettempdir.js';
import { gettempprefix } from './gettempprefix.js';

/** Where a temporary file or directory is made, and what its name is built of. */
export interface PlaceOptions<Directory extends Path = Path> {
  /** End of the name: a string without a separator or NUL. Default `''`. */
  suffix?: string | undefined;
  /** Start of the name: a string without a separator or NUL. Default `gettempprefix()`. */
  prefix?: string | undefined;
  /** The directory it is made in. Default `gettempdir()`. */
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
/** Options whose mode is known at run time only. */
export type TempAnyOptions = HandleOptions<TextOpenOptions, string>;

const NONE: object = Object.freeze(Object.create(null) as object);

/** A copy of `o` with nothing but its own properties, and no prototype. */
export function ownOptions<T extends object>(o: T | undefined): T {
  if (o === undefined) return NONE as T;
  if (typeof o !== 'object' || o === null) throw invalidArgType('options', 'of type object', o);
  return Object.assign(Object.create(null) as T, o);
}

/** No signal, lane or timeout, said in so many words: to leave them out is to ask Object.prototype. */
export const NO_OP: Readonly<OpOptions> = { signal: undefined, lane: undefined, timeout: undefined };

/** Signal, lane and timeout, checked; undefined where there is none of them. */
export function opOptionsOf(own: OpOptions): OpOptions | undefined {
  const { signal, lane, timeout } = own;
  return callFrom(signal, lane, timeout);
}

/** A boolean option. */
export function booleanOf(value: unknown, name: string, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== 'boolean') throw invalidArgType(`options.${name}`, 'of type boolean', value);
  return value;
}

/** Prefix, suffix and directory as checked; `dir` undefined means gettempdir(). */
export interface CheckedPlace {
  readonly dir: string | Uint8Array | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

/** Checks the place options without asking the system for anything. */
export function checkPlace(own: PlaceOptions): CheckedPlace {
  return {
    prefix: checkNamePart(own.prefix, 'prefix', gettempprefix()),
    suffix: checkNamePart(own.suffix, 'suffix', ''),
    dir: own.dir === undefined ? undefined : absolute(toPathBytes(own.dir, 'options.dir')),
  };
}

/** The place with its directory, which is looked for at the first time; `op` decides whether there is anything to look for. */
export function placeOf(checked: CheckedPlace, op: OpOptions | undefined): TempPlace | Promise<TempPlace> {
  if (op?.signal?.aborted === true) throw new AbortError(op.signal.reason);
  if (checked.dir !== undefined) checkTreePermission('fs.write', checked.dir);
  const dir = checked.dir ?? knownTempdir();
  return dir === undefined ? placeInTempdir(checked) : { ...checked, dir };
}

async function placeInTempdir(checked: CheckedPlace): Promise<TempPlace> {
  return { ...checked, dir: await gettempdir() };
}

// An array or a String object would be asked for its text twice, once when it is checked and once when it is used.
function checkNamePart(value: unknown, name: string, otherwise: string): string {
  if (value === undefined) return otherwise;
  if (typeof value !== 'string') throw invalidArgType(`options.${name}`, 'of type string', value);
  if (value.includes('\0'))
    throw invalidArgValue(`options.${name}`, value, 'must be a string without null bytes');
  if (value.includes('/') || value.includes(path.sep)) {
    throw invalidArgValue(`options.${name}`, value, 'must be a string without path separators');
  }
  return value;
}

// The name outlives a later chdir. `..` is left to the kernel, since what it leads out of may be a link.
function absolute(dir: string | Uint8Array): string | Uint8Array {
  if (typeof dir !== 'string') {
    return dir[0] === SLASH ? dir : Buffer.concat([Buffer.from(`${process.cwd()}/`), dir]);
  }
  if (!dir.split(/[\\/]/).includes('..')) return path.resolve(dir);
  return path.isAbsolute(dir) ? dir : process.cwd() + path.sep + dir;
}

const SLASH = 47;

/** The path of what was made, in the form that `dir` was given in: bytes for bytes. */
export function pathFrom(bytes: Buffer, place: CheckedPlace): string | Uint8Array {
  return place.dir === undefined || typeof place.dir === 'string'
    ? bytes.toString()
    : Uint8Array.prototype.slice.call(bytes);
}
