// Making a temporary directory, undone when a signal comes too late to stop it.
import { AbortError } from '../errors/index.js';
import { removeTree } from '../native/remove-tree.js';
import { forgetTemp, makeTempDirectory } from '../native/temporary.js';
import type { OpOptions } from '../schedule/options.js';
import { type CheckedPlace, placeOf } from './options.js';

/** Creates the directory and, with `registered`, has it removed when the process ends. */
export async function createDirectory(
  checked: CheckedPlace,
  registered: boolean,
  op: OpOptions,
): Promise<{ registration: number; path: Buffer }> {
  const place = await placeOf(checked, op);
  const made = await makeTempDirectory(place, registered, op);
  if (op.signal?.aborted !== true) return made;
  await removeTree(made.path, { ignoreErrors: true, missingIsFine: true });
  forgetTemp(made.registration);
  throw new AbortError(op.signal.reason);
}
