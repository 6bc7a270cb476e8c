// realpath: the path without links, "." and "..".
import { asName, type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Resolves links, "." and ".." in a path. All parts of the path must exist.
 * @returns the absolute path: a string, or a Buffer with `{ encoding: 'buffer' }`
 * @throws the system's errors in Node's shape (ENOENT, ELOOP), TypeError for bad arguments, AbortError, TimeoutError
 * @cancelling a queued call makes no system call; a running one settles when its system call ends
 * @platforms the same on Linux, macOS and Windows
 * @example const real = await os.realpath('link/../file');
 */
export function realpath(path: Path, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer>;
export function realpath(path: Path, o?: OpOptions & EncodingOptions): Promise<string>;
export async function realpath(path: Path, o?: OpOptions & EncodingOptions): Promise<string | Buffer> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  return asName(await storeToRead(at).realpath(at, call), asBytes);
}
