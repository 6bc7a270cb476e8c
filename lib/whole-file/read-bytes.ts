// A whole file as bytes, in one operation: open, fstat, read to the end, close.
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Reads a whole file. If the process has no free descriptor, waits for one. Also works for files without a size (/proc) and
 * for files that grow during the read.
 * @returns its bytes
 * @throws the system's errors in Node's shape, EISDIR for a directory, TypeError for a bad path, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one rejects immediately, and its result is
 *   discarded
 * @platforms Linux reads cached files without a thread
 * @example const bytes = await readBytes('photo.jpg');
 */
export function readBytes(path: Path, o?: OpOptions): Promise<Buffer> {
  try {
    const call = readCall(o);
    const at = toPathBytes(path);
    return storeToRead(at).readFile(at, call);
  } catch (error) {
    return Promise.reject(error);
  }
}
