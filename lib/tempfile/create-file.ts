// Making a temporary file and undoing it: nothing is left of a creation that its caller does not get.
import { AbortError } from '../errors/index.js';
import { type MadeFile, makeTempFile, type TempFileKind } from '../native/temporary.js';
import type { OpOptions } from '../schedule/options.js';
import { FreshFile, VanishingFile } from './file-on.js';
import { type CheckedPlace, placeOf } from './options.js';

/** Creates the file; a signal that comes too late to stop that undoes it. With a name it is registered. */
export async function createFile(
  checked: CheckedPlace,
  how: TempFileKind,
  op: OpOptions | undefined,
): Promise<MadeFile> {
  const place = placeOf(checked, op);
  const made = await makeTempFile(place instanceof Promise ? await place : place, how, op);
  const signal = op?.signal;
  if (signal?.aborted !== true) return made;
  const file = made.path.length > 0 ? new VanishingFile(made, made.path) : new FreshFile(made);
  // Its caller is told a better error than its own.
  await file.close().catch(() => undefined);
  throw new AbortError(signal.reason);
}
