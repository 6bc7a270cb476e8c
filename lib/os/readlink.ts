// readlink: what a link says, be it there or not.
import { asName, type EncodingOptions, readEncodingOptions } from '../arguments/encoding.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToRead } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * What a link says, be it there or not.
 * @returns the link's text, as `encoding` asks
 * @throws the system's errors in Node's shape (EINVAL for what is no link), TypeError for bad arguments, AbortError, TimeoutError
 * @example const target = await os.readlink('current');
 */
export function readlink(path: Path, o: OpOptions & { encoding: 'buffer' }): Promise<Buffer>;
export function readlink(path: Path, o?: OpOptions & EncodingOptions): Promise<string>;
export async function readlink(path: Path, o?: OpOptions & EncodingOptions): Promise<string | Buffer> {
  const { encoding: asBytes, call } = readEncodingOptions(o);
  const at = toPathBytes(path);
  return asName(await storeToRead(at).readlink(at, call), asBytes);
}
