// Making a temporary directory, undone when a signal comes too late to stop it.
import { AbortError } from '../errors/index.js';
import { removeTree } from '../native/remove-tree.js';
import { forgetTemp, makeTempDirectory } from '../native/temporary.js';
import type { OpOptions } from '../schedule/options.js';
import { type CheckedPlace, NO_OP, placeOf } from './options.js';

/** Creates the directory, which is registered; a signal that comes too late to stop that undoes it. */
export async function createDirectory(
  checked: CheckedPlace,
  op: OpOptions | undefined,
): Promise<{ registration: number; path: Buffer }> {
  const place = placeOf(checked, op);
  const made = await makeTempDirectory(place instanceof Promise ? await place : place, op);
  const signal = op?.signal;
  if (signal?.aborted !== true) return made;
  await removeTree(made.path, { ...NO_OP, force: false, ignoreErrors: true, missingIsFine: true });
  forgetTemp(made.registration);
  throw new AbortError(signal.reason);
}
