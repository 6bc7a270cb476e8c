// sendfile: copies part of a file to another file or a socket, without passing through JavaScript.
import { checkCount, checkDescriptor, checkPosition } from '../arguments/numbers.js';
import { readCall } from '../arguments/options.js';
import { refuseForbidden } from '../filesystem/layers.js';
import { realFiles } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Copies up to `count` bytes from descriptor `in_` to descriptor `out`. If a socket or a pipe is not ready, waits for it
 * without using a thread of the pool, even if the descriptor is blocking. If the process has no free descriptor, waits for one.
 * @param out the descriptor to write to, at its position
 * @param in_ the descriptor to read from
 * @param offset the first byte to read; the position of `in_` does not change. Null: the position of `in_`, which moves
 * @param count bytes
 * @returns bytes sent: `count`, or fewer if `in_` ended
 * @throws the system's errors in Node's shape with `bytesWritten`, the bytes that were sent before; TypeError and
 *   RangeError for bad arguments; AbortError and TimeoutError
 * @cancelling stops waiting immediately; `bytesWritten` of the error counts the bytes that were sent by then
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
