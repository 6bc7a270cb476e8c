// access: whether this process may use a path in a certain way.
import { constants } from 'node:fs';

import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { invalidArgType, outOfRange } from '../errors/index.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

const ALL_MODES = constants.R_OK | constants.W_OK | constants.X_OK;

/**
 * Tests whether the real user and group have the given permissions for a path, like Python's os.access.
 * @param mode `fs.constants`' F_OK (there is such a file: the default), or R_OK, W_OK, X_OK together
 * @returns false if not, also if the path is missing
 * @throws TypeError for a bad path, RangeError ERR_OUT_OF_RANGE for another mode, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example if (await os.access('run.sh', constants.X_OK)) start();
 */
export async function access(path: Path, mode: number = constants.F_OK, o?: OpOptions): Promise<boolean> {
  if (typeof mode !== 'number') throw invalidArgType('mode', 'of type number', mode);
  if (!Number.isInteger(mode) || mode < 0 || mode > ALL_MODES)
    throw outOfRange('mode', `an integer >= 0 && <= ${ALL_MODES}`, mode);
  const call = readCall(o);
  const at = toPathBytes(path);
  return storeToRead(at).access(at, mode, call);
}
