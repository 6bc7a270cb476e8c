// A check that options of files and stores share.
import type { Check } from '../arguments/options.js';
import { invalidArgType, outOfRange } from '../errors/index.js';

/** A whole number. */
export const whole =
  (otherwise: number, least: number, most: number): Check<number> =>
  (value = otherwise, name) => {
    if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
    if (!Number.isInteger(value) || value < least || value > most)
      throw outOfRange(name, `an integer >= ${least} && <= ${most}`, value);
    return value;
  };
