// chmod: a file's permission bits.
import { checkMode } from '../arguments/mode.js';
import { readCall } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Changes the permission bits of a file.
 * @param mode permission bits such as 0o640, or their octal digits as a string
 * @returns nothing
 * @throws the system's errors in Node's shape, TypeError and RangeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Windows knows only the owner's write permission; other bits have no effect there
 * @example await os.chmod('secret.key', 0o600);
 */
export async function chmod(path: Path, mode: number | string, o?: OpOptions): Promise<void> {
  const bits = checkMode(mode, 'mode');
  const call = readCall(o);
  const at = toPathBytes(path);
  await storeToWrite(at).chmod(at, bits, call);
}
