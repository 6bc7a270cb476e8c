// Part of a file to another file or a socket, within the kernel.
import { AbortError } from '../../errors/index.js';
import type { OpOptions } from '../../schedule/options.js';
import { uint64At } from '../records.js';
import { bulk } from '../retry-on-emfile.js';
import { SEND_FILE } from '../task-kinds.js';
import { TaskCursor } from '../tasks.js';

/**
 * Sends up to `count` bytes from descriptor `from` to descriptor `out`. `offset` -1: from its position, which moves. Errors have
 * `bytesWritten`, the bytes that were sent before.
 */
export async function sendFile(
  out: number,
  from: number,
  offset: number | bigint,
  count: number,
  o: OpOptions | undefined,
): Promise<number> {
  const cursor = new TaskCursor(SEND_FILE, [], [out, from, offset, count]);
  let sent = 0;
  try {
    for (;;) {
      const { output, done } = await cursor.next(bulk(o));
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
