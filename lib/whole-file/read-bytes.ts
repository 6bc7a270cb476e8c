// A whole file as bytes, in one operation: open, fstat, read to the end, close.
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { currentBackend } from '../filesystem/current.js';
import { isDescriptorShortage, retryOnDescriptors } from '../native/descriptor-wait.js';
import { rejectWhereAwaited } from '../native/requests.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Reads a whole file. Out of descriptors, it waits for one. Right for files that tell no size (/proc), that grow, and after short reads.
 * @returns its bytes
 * @throws the system's errors in Node's shape, EISDIR for a directory, TypeError for a bad path, AbortError, TimeoutError
 * @example const bytes = await readBytes('photo.jpg');
 */
export function readBytes(path: Path, o?: OpOptions): Promise<Buffer> {
  try {
    const name = pathToRead(path);
    const attempt = (): Promise<Buffer> => currentBackend().readBytes(name, o);
    return attempt().catch((error: unknown) =>
      isDescriptorShortage(error)
        ? retryOnDescriptors(attempt, error, o)
        : rejectWhereAwaited(error as Error),
    );
  } catch (error) {
    return Promise.reject(error);
  }
}
