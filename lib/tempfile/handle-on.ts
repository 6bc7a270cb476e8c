// A handle on a temporary file: as openDescriptor, with a say in what closing means.
import type { BackendFile } from '../backend/backend.js';
import { nativeBackend } from '../backend/native-backend.js';
import type { MadeFile } from '../native/temporary.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import type { ResolvedHandle } from '../open/options.js';
import { undoFile } from './create-file.js';

/**
 * Takes `made` over. `prepare` may replace methods of the file that the handle stands on; closing belongs there, so that it
 * happens however the layers above are taken apart.
 */
export async function handleOn(
  made: MadeFile,
  name: string | number | Uint8Array,
  resolved: ResolvedHandle,
  prepare?: (file: BackendFile) => void,
): Promise<AnyFile> {
  let file: BackendFile;
  try {
    file = await nativeBackend.adopt(made.fd, resolved.mode.flags, true);
  } catch (error) {
    await undoFile(made);
    throw error;
  }
  prepare?.(file);
  return buildHandle(file, name, resolved);
}
