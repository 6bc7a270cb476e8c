// readlink: the target of a link.
import { asName, type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Reads the target of a link. The target does not have to exist.
 * @returns the target as written in the link: a string, or a Buffer with `{ encoding: 'buffer' }`
 * @throws the system's errors in Node's shape (EINVAL if it is not a link), TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms Linux answers from cached names without a thread
 * @example const target = await os.readlink('current');
 */
export function readlink(path: Path, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer>;
export function readlink(path: Path, o?: OpOptions & EncodingOptions): Promise<string>;
export async function readlink(path: Path, o?: OpOptions & EncodingOptions): Promise<string | Buffer> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  return asName(await storeToRead(at).readlink(at, call), asBytes);
}
