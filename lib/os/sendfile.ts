// sendfile: copies part of a file to another file or a socket, without passing through JavaScript.
import { checkDescriptor } from '../arguments/descriptor.js';
import { checkCount, checkPosition } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { refuseForbidden } from '../filesystem/layers.js';
import { realFiles } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Copies up to `count` bytes from descriptor `in_` to descriptor `out`. A socket or pipe that takes nothing, or gives
 * nothing, is waited for by readiness and holds no thread of the pool, also where it is a blocking one.
 * @param offset where to begin in `in_`; its position stays. Null: at its position, which moves
 * @returns bytes sent: `count`, or fewer if `in_` ended
 * @throws the system's errors in Node's shape with `bytesWritten`, the bytes that were sent before; TypeError and
 *   RangeError for bad arguments; AbortError and TimeoutError, what was sent by then is sent
 * @cancelling stops waiting at once; what was sent by then is sent, and `bytesWritten` counts it
 * @platforms sendfile(2) on Linux, where the descriptors allow it; elsewhere it reads and writes
 * @example await os.sendfile(socketFd, file.fileno(), 0, size);
 */
export async function sendfile(
  out: number,
  in_: number,
  offset: number | bigint | null,
  count: number,
  o?: OpOptions,
): Promise<number> {
  const to = checkDescriptor(out, 'out');
  const from = checkDescriptor(in_, 'in');
  const at = offset === null ? -1 : checkPosition(offset, 'offset');
  const bytes = checkCount(count, 'count');
  refuseForbidden('sendfile', from);
  return realFiles.sendFile(to, from, at, bytes, readCall(o));
}
