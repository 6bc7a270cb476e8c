// Parses Python's mode strings, for all functions that open files.
import { constants } from 'node:fs';

import { invalidArgType, invalidArgValue } from '../errors/index.js';

type Letter = 'r' | 'w' | 'a' | 'x';

/** A binary mode in any order of its letters: `rb`, `br+`, `+wb`, ... */
export type BinaryMode =
  | `${Letter}b`
  | `b${Letter}`
  | `${Letter}b+`
  | `${Letter}+b`
  | `b${Letter}+`
  | `b+${Letter}`
  | `+${Letter}b`
  | `+b${Letter}`;

/** A text mode: `t` may be left out. */
export type TextMode =
  | Letter
  | `${Letter}+`
  | `+${Letter}`
  | `${Letter}t`
  | `t${Letter}`
  | `${Letter}t+`
  | `${Letter}+t`
  | `t${Letter}+`
  | `t+${Letter}`
  | `+${Letter}t`
  | `+t${Letter}`;

/** What a mode string means. */
export interface Mode {
  readonly binary: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly appending: boolean;
  readonly creating: boolean;
  readonly updating: boolean;
  /** `fs.constants.O_*` combined. */
  readonly flags: number;
  /** As Python's raw file gives it: `rb`, `rb+` (also for `w+`), `wb`, `ab+`, `xb`. */
  readonly rawName: string;
}

const cache = new Map<string, Mode>();

/**
 * Parses a mode: one of `r w a x`, optionally `+`, `b` or `t`, in any order.
 * @throws TypeError ERR_INVALID_ARG_TYPE if it is not a string, ERR_INVALID_ARG_VALUE for any other string
 */
export function parseMode(mode: unknown, name = 'mode'): Mode {
  if (typeof mode !== 'string') throw invalidArgType(name, 'of type string', mode);
  let parsed = cache.get(mode);
  if (parsed === undefined) {
    parsed = parse(mode, name);
    cache.set(mode, parsed);
  }
  return parsed;
}

function parse(mode: string, name: string): Mode {
  const letters = new Set(mode);
  const base = [...'rwax'].filter((letter) => letters.has(letter));
  const known = [...mode].every((letter) => 'rwax+bt'.includes(letter));
  if (!known || letters.size !== mode.length || base.length !== 1 || (letters.has('b') && letters.has('t'))) {
    throw invalidArgValue(
      name,
      mode,
      "must be one of 'r', 'w', 'a' and 'x', optionally with '+', and with 'b' or 't'",
    );
  }
  const letter = base[0] as Letter;
  const updating = letters.has('+');
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_EXCL } = constants;
  let flags = updating ? O_RDWR : letter === 'r' ? O_RDONLY : O_WRONLY;
  if (letter === 'w') flags |= O_CREAT | O_TRUNC;
  if (letter === 'a') flags |= O_CREAT | O_APPEND;
  if (letter === 'x') flags |= O_CREAT | O_EXCL;
  // CPython's FileIO names the mode of an updatable file by its abilities: 'w+b' becomes 'rb+'.
  const shown = letter === 'w' && updating ? 'r' : letter;
  return Object.freeze({
    binary: letters.has('b'),
    readable: letter === 'r' || updating,
    writable: letter !== 'r' || updating,
    appending: letter === 'a',
    creating: letter === 'x',
    updating,
    flags,
    rawName: `${shown}b${updating ? '+' : ''}`,
  });
}
