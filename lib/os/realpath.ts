// realpath: the path without links, "." and "..", all of which must be there.
import { pathToRead } from '../arguments/checked-path.js';
import { asName, type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import type { Path } from '../arguments/path.js';
import { pathCall, REALPATH } from '../native/path-call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * The path without links, "." and "..", all of which must be there.
 * @returns the absolute path, as `encoding` asks
 * @throws the system's errors in Node's shape (ENOENT, ELOOP), TypeError for bad arguments, AbortError, TimeoutError
 * @example const real = await os.realpath('link/../file');
 */
export function realpath(path: Path, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer>;
export function realpath(path: Path, o?: OpOptions & EncodingOptions): Promise<string>;
export async function realpath(path: Path, o?: OpOptions & EncodingOptions): Promise<string | Buffer> {
  const asBytes = wantsBytes(o?.encoding);
  return asName(await pathCall(REALPATH, [pathToRead(path)], [], o), asBytes);
}
