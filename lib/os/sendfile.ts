// sendfile: part of a file to another file or a socket, without passing through JavaScript.
import { checkDescriptor } from '../arguments/descriptor.js';
import { checkCount, checkPosition } from '../arguments/numbers.js';
import { AbortError } from '../errors/index.js';
import { uint64At } from '../native/records.js';
import { bulk } from '../native/run-patiently.js';
import { SEND_FILE } from '../native/task-kinds.js';
import { TaskCursor } from '../native/tasks.js';
import { callOf } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';

/**
 * Copies up to `count` bytes from descriptor `in_` to descriptor `out`. A socket or pipe that takes nothing, or gives
 * nothing, is waited for by readiness and holds no thread of the pool, also where it is a blocking one.
 * @param offset where in `in_` to begin, which leaves its position alone; null: at its position, which moves on
 * @returns bytes sent: `count`, or fewer where `in_` ended
 * @throws the system's errors in Node's shape with `bytesWritten`, the bytes that were sent before; TypeError and
 *   RangeError for bad arguments; AbortError and TimeoutError, what was sent by then is sent
 * @example await os.sendfile(socketFd, file.fileno(), 0, size);
 */
export async function sendfile(
  out: number,
  in_: number,
  offset: number | bigint | null,
  count: number,
  o?: OpOptions,
): Promise<number> {
  const numbers = [
    checkDescriptor(out, 'out'),
    checkDescriptor(in_, 'in'),
    offset === null ? -1 : checkPosition(offset, 'offset'),
    checkCount(count, 'count'),
  ];
  const call = callOf(o);
  const cursor = new TaskCursor(SEND_FILE, [], numbers);
  let sent = 0;
  try {
    for (;;) {
      const { output, done } = await cursor.next(bulk(call));
      sent += uint64At(output, 0);
      if (done) return sent;
    }
  } catch (error) {
    if (error instanceof Error && sent > 0) Object.assign(error, { bytesWritten: sent });
    if (o?.signal?.aborted === true && !(error instanceof AbortError)) throw new AbortError(o.signal.reason);
    throw error;
  } finally {
    cursor.close();
  }
}
