// Making a temporary file and undoing it: nothing is left of a creation that its caller does not get.
import { close } from 'node:fs';
import { promisify } from 'node:util';

import { AbortError } from '../errors/index.js';
import { discardTempFile, type MadeFile, makeTempFile } from '../native/temporary.js';
import type { OpOptions } from '../schedule/options.js';
import { type CheckedPlace, placeOf } from './options.js';

const closeDescriptor = promisify(close);

/** Creates the file; a signal that comes too late to stop that undoes it. */
export async function createFile(
  checked: CheckedPlace,
  how: { anonymous?: boolean; registered?: boolean; appending?: boolean },
  op: OpOptions,
): Promise<MadeFile> {
  const place = await placeOf(checked, op);
  const made = await makeTempFile(place, how, op);
  if (op.signal?.aborted !== true) return made;
  await undoFile(made);
  throw new AbortError(op.signal.reason);
}

/** Closes and removes what was made, in whatever state it is. */
export async function undoFile(made: MadeFile): Promise<void> {
  const { fd, path, registration } = made;
  const work = [closeDescriptor(fd)];
  if (path.length > 0) work.push(discardTempFile(path, registration));
  // The caller is about to tell a better error than theirs.
  await Promise.allSettled(work);
}
