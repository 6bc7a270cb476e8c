// Native tasks (src-native/core/task.h) as promises: one-shot, or pulled batch by batch.
import type { OpOptions } from '../schedule/options.js';
import { addon, type NativeTask } from './addon.js';
import { applyOptions, AS_TASK, begin, name, sent, type TaskRecord } from './requests.js';

const KIND_TASK = 13;

type Strings = readonly (string | Uint8Array)[];
type Numbers = readonly (number | bigint)[];

function submit(task: NativeTask, o: OpOptions | undefined): Promise<TaskRecord> {
  // The slot keeps the task from collection until the addon is done with it.
  const slot = begin(KIND_TASK, AS_TASK, task);
  name(slot, '');
  const refused = applyOptions(slot, o, false);
  if (refused !== undefined) return Promise.reject(refused);
  task.submit();
  return sent(slot, o);
}

/**
 * Runs a task to its end in the pool, a slice at a time.
 * @returns its output bytes
 * @throws in Node's error shape, as the task says; AbortError and TimeoutError where `o` asks for them
 */
export async function runTask(
  kind: number,
  bytes: Strings,
  numbers: Numbers,
  o?: OpOptions,
): Promise<Buffer> {
  const task = new addon.Task(kind, bytes, numbers);
  try {
    const { output, done } = await submit(task, o);
    if (done) return output;
    const parts = [output];
    for (;;) {
      const more = await submit(task, o);
      parts.push(more.output);
      if (more.done) return Buffer.concat(parts);
    }
  } finally {
    task.free();
  }
}

/** A task whose batches are pulled one at a time, so that its consumer sets the pace. */
export class TaskCursor {
  readonly #task: NativeTask;
  #closed = false;

  constructor(kind: number, bytes: Strings, numbers: Numbers) {
    this.#task = new addon.Task(kind, bytes, numbers);
  }

  /** Runs the task until a batch is ready or it ends. One call at a time. */
  next(o?: OpOptions): Promise<{ output: Buffer; done: boolean }> {
    if (this.#closed) return Promise.resolve({ output: Buffer.alloc(0), done: true });
    return submit(this.#task, o);
  }

  /** Cancels what runs and frees the native state, closing its descriptors. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#task.free();
  }
}
