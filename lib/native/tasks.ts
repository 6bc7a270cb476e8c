// Native tasks (src-native/core/task.h) as promises: one-shot, or pulled batch by batch.
import { constants } from 'node:os';

import { isDescriptorShortage, systemError, systemErrorNumber } from '../errors/index.js';
import { type Call, callOf, NO_CALL } from '../schedule/call.js';
import { lanes } from '../schedule/lane.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { descriptorFreed, descriptorTurn } from './descriptor-wait.js';
import { operations } from '../schedule/diagnostics.js';
import { YES } from './path-call.js';
import * as P from './protocol.js';
import {
  applyOptions,
  args,
  AS_TASK,
  begin,
  bigArgs,
  ensureOpen,
  extras,
  name,
  release,
  sent,
  type TaskRecord,
} from './requests.js';
import { nameOfTask, PATH_CALL, pathOfTask } from './task-kinds.js';

type Strings = readonly (string | Uint8Array)[];
type Numbers = readonly (number | bigint)[];

// UV_ENOSYS: the task does not exist here.
const UNAVAILABLE = process.platform === 'win32' ? -4054 : -constants.errno.ENOSYS;

/** What a task is created with. */
interface Order {
  readonly kind: number;
  readonly bytes: Strings;
  readonly numbers: Numbers;
}

function describe({ kind, numbers }: Order): void {
  args[P.ARG_TASK_KIND] = kind;
  args[P.ARG_NUMBER_COUNT] = numbers.length;
  let exact = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number | bigint;
    if (typeof number === 'bigint') {
      bigArgs[P.ARG_ANSWER + i] = number;
      exact |= 1 << i;
    } else {
      args[P.ARG_ANSWER + i] = number;
    }
  }
  args[P.ARG_EXACT_NUMBERS] = exact;
}

function refusal(status: number): Error {
  if (status !== UNAVAILABLE) return systemError(status, 'task');
  return Object.assign(new Error('This operation is not available on this platform'), {
    code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
  });
}

// A slot for a run of a task, or a rejection if `o` forbids it. `context` is kept as long as the addon uses it.
function take(context: unknown, o: GivenOptions, { kind, bytes, numbers }: Order): number | Promise<never> {
  const slot = begin(P.KIND_TASK, AS_TASK, context);
  if (o !== undefined) {
    name(slot, nameOfTask(kind, numbers));
    const refused = applyOptions(slot, o, false);
    if (refused !== undefined) return refused;
  }
  if (operations.hasSubscribers)
    (extras[slot] ??= name(slot, nameOfTask(kind, numbers))).path = pathOfTask(kind, bytes);
  return slot;
}

function resume(task: number, context: unknown, o: GivenOptions, order: Order): Promise<TaskRecord> {
  const slot = take(context, o, order);
  if (typeof slot !== 'number') return slot;
  args[P.ARG_FILE] = task;
  addon.submitTask();
  return sent(slot);
}

function free(task: number): void {
  args[P.ARG_FILE] = task;
  addon.freeTask();
}

/**
 * Starts a task that ends with its first step. For longer tasks see `runTask`.
 * @param file the number of an open file that the task is about: it stays open until this step has ended
 * @returns all that the record says
 */
export function startTask(
  kind: number,
  bytes: Strings,
  numbers: Numbers,
  o: GivenOptions,
  file?: number,
): Promise<TaskRecord> {
  const order = { kind, bytes, numbers };
  const slot = take('task', o, order);
  if (typeof slot !== 'number') return slot;
  if (file !== undefined) args[P.ARG_SIZE] = file + 1;
  describe(order);
  addon.runTask(...bytes);
  const status = args[P.ARG_STATUS] as number;
  if (status !== UNAVAILABLE) return sent(slot);
  release(slot);
  return Promise.reject(refusal(status));
}

/** The call of `o` for long work: in the bulk lane unless it names another. */
export function bulk(o: GivenOptions): Call {
  return (callOf(o) ?? NO_CALL).inLane(lanes.bulk);
}

/**
 * Runs a task to its end in the pool, a slice at a time. A task that lacks descriptors ends a step with an empty batch,
 * and continues when descriptors may be free.
 * @param syscall of a task that opens files: it fails as this if there are never any free descriptors
 * @param takes - receives each batch except the last one, and returns whether it has used it
 * @returns its output bytes
 * @throws the task's error in Node's shape; AbortError and TimeoutError according to `o`
 */
export async function runTask(
  kind: number,
  bytes: Strings,
  numbers: Numbers,
  o?: OpOptions,
  syscall?: string,
  takes?: (batch: Buffer) => boolean,
): Promise<Buffer> {
  const call = callOf(o);
  const first = startTask(kind, bytes, numbers, call);
  const task = args[P.ARG_FILE] as number;
  let isShort = false;
  try {
    const batch = await first;
    return batch.done
      ? batch.output
      : await goOn(batch, task, { kind, bytes, numbers }, call, syscall, takes);
  } catch (error) {
    isShort = isDescriptorShortage(error);
    throw error;
  } finally {
    if (syscall !== undefined && !isShort) descriptorFreed();
  }
}

async function goOn(
  first: TaskRecord,
  task: number,
  order: Order,
  call: Call | undefined,
  syscall = 'open',
  takes: ((batch: Buffer) => boolean) | undefined,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for (let batch = first; ; batch = await resume(task, 'task', call, order)) {
      if (!batch.done && takes?.(batch.output) === true) continue;
      parts.push(batch.output);
      if (batch.done) return parts.length === 1 ? batch.output : Buffer.concat(parts);
      if (batch.output.length === 0 && !(await descriptorTurn(call)))
        throw systemError(systemErrorNumber('EMFILE'), syscall, pathOfTask(order.kind, order.bytes));
    }
  } finally {
    // A task that has ended has already been freed.
    free(task);
  }
}

/** Makes one call of path-call.ts and resolves to its answer. beneath.ts makes them beneath a root. */
export function pathCall(call: number, paths: Strings, numbers: Numbers, o: GivenOptions): Promise<Buffer> {
  return runTask(PATH_CALL, paths, [call, ...numbers], o);
}

/** The same for calls that answer yes or no. */
export async function askPath(
  call: number,
  paths: Strings,
  numbers: Numbers,
  o: GivenOptions,
): Promise<boolean> {
  return (await pathCall(call, paths, numbers, o))[0] === YES;
}

// A cursor can be dropped half-way, by a consumer that abandons an iteration without ending it.
const dropped = new FinalizationRegistry<number>(free);

/** A task whose batches are pulled one at a time, so that its consumer sets the pace. */
export class TaskCursor {
  readonly #task: number;
  readonly #order: Order;
  #closed = false;

  constructor(kind: number, bytes: Strings, numbers: Numbers) {
    ensureOpen();
    this.#order = { kind, bytes, numbers };
    describe(this.#order);
    addon.makeTask(...bytes);
    const status = args[P.ARG_STATUS] as number;
    if (status !== 0) throw refusal(status);
    this.#task = args[P.ARG_FILE] as number;
    dropped.register(this, this.#task, this);
  }

  /** Runs the task until a batch is ready or it ends. One call at a time. */
  next(o?: OpOptions): Promise<{ output: Buffer; done: boolean }> {
    if (this.#closed) return Promise.resolve({ output: Buffer.alloc(0), done: true });
    // The slot keeps the cursor from collection meanwhile.
    return resume(this.#task, this, o, this.#order);
  }

  /** Cancels what runs and frees the native state, closing its descriptors. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    dropped.unregister(this);
    free(this.#task);
  }
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
