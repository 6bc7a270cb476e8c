// Runs tasks that open files. Without a free descriptor, a task ends its step with an empty batch, and is continued after a wait.
import { isDescriptorShortage, systemError, systemErrorNumber } from '../errors/index.js';
import { type Call, callOf, NO_CALL } from '../schedule/call.js';
import { lanes } from '../schedule/lane.js';
import type { GivenOptions } from '../schedule/options.js';
import { descriptorFreed, descriptorTurn } from './descriptor-wait.js';
import { runTask, type TaskCursor } from './tasks.js';

/** The call of `o` for long work: in the bulk lane unless it names another. */
export function bulk(o: GivenOptions): Call {
  return (callOf(o) ?? NO_CALL).inLane(lanes.bulk);
}

/** The next batch of `cursor`. Waits for a descriptor if need be. A timeout covers both. */
export async function nextBatch(
  cursor: TaskCursor,
  o: GivenOptions,
  syscall: string,
  path: string | Uint8Array,
): Promise<{ output: Buffer; done: boolean }> {
  const call = callOf(o);
  for (;;) {
    const batch = await cursor.next(call);
    if (batch.done || batch.output.length > 0) return batch;
    if (!(await descriptorTurn(call))) throw systemError(systemErrorNumber('EMFILE'), syscall, path);
  }
}

/** Runs a one-shot task to its end and resolves to its output. `takes`: as of `runTask`. */
export async function retryOnEmfile(
  kind: number,
  bytes: readonly (string | Uint8Array)[],
  numbers: readonly (number | bigint)[],
  o: GivenOptions,
  syscall: string,
  takes?: (batch: Buffer) => boolean,
): Promise<Buffer> {
  try {
    const output = await runTask(kind, bytes, numbers, o, syscall, takes);
    descriptorFreed();
    return output;
  } catch (error) {
    if (!isDescriptorShortage(error)) descriptorFreed();
    throw error;
  }
}
