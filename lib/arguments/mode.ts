// Permission bits as arguments: a number, or a string of octal digits, as for chmod(1).
import { invalidArgType, invalidArgValue, outOfRange } from '../errors/index.js';
import type { Check } from './options.js';

const ALL_BITS = 0o7777;

/** @throws TypeError ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE */
export function checkMode(mode: unknown, name: string): number {
  if (typeof mode === 'string' && !/^[0-7]+$/.test(mode))
    throw invalidArgValue(name, mode, 'must be a string of octal digits');
  const bits = typeof mode === 'string' ? Number.parseInt(mode, 8) : mode;
  if (typeof bits !== 'number')
    throw invalidArgType(name, 'of type number or a string of octal digits', mode);
  if (!Number.isInteger(bits) || bits < 0 || bits > ALL_BITS)
    throw outOfRange(name, '>= 0 && <= 0o7777', mode);
  return bits;
}

/** An option that is a mode. */
export function modeOption<Default extends number | undefined>(otherwise: Default): Check<number | Default> {
  return (value, name) => (value === undefined ? otherwise : checkMode(value, name));
}
