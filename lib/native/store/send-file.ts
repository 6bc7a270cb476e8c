// Part of a file to another file or a socket, within the kernel.
import { AbortError, isDescriptorShortage } from '../../errors/index.js';
import { callOf } from '../../schedule/call.js';
import type { GivenOptions } from '../../schedule/options.js';
import { descriptorFreed, descriptorTurn } from '../descriptor-wait.js';
import { uint64At } from '../records.js';
import { SEND_FILE } from '../task-kinds.js';
import { bulk, TaskCursor } from '../tasks.js';

/**
 * As `sendFileNow`, but waits while there is no free descriptor. The caller keeps `out` and `from` open until it
 * settles.
 */
export async function sendFile(
  out: number,
  from: number,
  offset: number | bigint,
  count: number,
  o: GivenOptions,
): Promise<number> {
  const call = callOf(o);
  for (;;) {
    try {
      return await sendFileNow(out, from, offset, count, call);
    } catch (error) {
      if (!isDescriptorShortage(error) || !(await descriptorTurn(call))) throw error;
    }
  }
}

/**
 * Sends up to `count` bytes from descriptor `from` to descriptor `out`. `offset` -1: from its position, which moves.
 * Errors have `bytesWritten`, the bytes that were sent before. Both descriptors are duplicated before it returns;
 * EMFILE and ENFILE mean that this failed, and nothing was sent.
 */
export async function sendFileNow(
  out: number,
  from: number,
  offset: number | bigint,
  count: number,
  o: GivenOptions,
): Promise<number> {
  const cursor = new TaskCursor(SEND_FILE, [], [out, from, offset, count]);
  let sent = 0;
  let isShort = false;
  try {
    for (;;) {
      const { output, done } = await cursor.next(bulk(o));
      sent += uint64At(output, 0);
      if (done) return sent;
    }
  } catch (error) {
    isShort = isDescriptorShortage(error);
    if (error instanceof Error && sent > 0) Object.assign(error, { bytesWritten: sent });
    if (o?.signal?.aborted === true && !(error instanceof AbortError)) throw new AbortError(o.signal.reason);
    throw error;
  } finally {
    cursor.close();
    if (!isShort) descriptorFreed(2);
  }
}
