// readlink: what a link says, be it there or not.
import { pathToRead } from '../arguments/checked-path.js';
import { asName, type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import type { Path } from '../arguments/path.js';
import { inlineOr, readlinkCached } from '../native/inline-paths.js';
import { pathCall, READLINK } from '../native/path-call.js';
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
  const asBytes = wantsBytes(o?.encoding);
  const bytes = pathToRead(path);
  const target = await inlineOr(
    () => readlinkCached(bytes, o),
    () => pathCall(READLINK, [bytes], [], o),
    o,
  );
  return asName(target, asBytes);
}
