// EMFILE and ENFILE as a queue instead of an error: whoever is refused a descriptor waits until one may be free again.
//
// Descriptors come back when ours are closed (`descriptorFreed`), and now and then without our knowledge, hence the
// timer. Few of the waiting try at a time: a thousand failing opens would only keep the process from closing anything.
import { abortErrorOf, offAbort, onAbort, throwIfAborted } from '../schedule/abort.js';
import type { OpOptions } from '../schedule/options.js';

interface Waiting {
  wake: () => void;
  done: boolean;
}

/** More than this do not wait: they get the system's error. */
const QUEUE_LIMIT = 100_000;
/** How many the timer wakes at a time. */
const AT_A_TIME = 8;
const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 64;
/** After so long without anybody getting a descriptor the error is the answer. */
const GIVE_UP_MS = 10_000;

let queue: Waiting[] = [];
let head = 0;
let timer: NodeJS.Timeout | undefined;
let pause = SHORTEST_WAIT_MS;
let lastProgress = 0;

/** Whether `error` says that the process, or the system, is out of descriptors. */
export function isDescriptorShortage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'EMFILE' || code === 'ENFILE';
}

/** Wakes as many as may find a descriptor now. Costs nothing while nobody waits. */
export function descriptorFreed(count = 1): void {
  if (queue.length === 0) return;
  lastProgress = performance.now();
  pause = SHORTEST_WAIT_MS;
  wake(count);
}

function wake(count: number): void {
  while (count > 0 && head < queue.length) {
    const next = queue[head++]!;
    if (next.done) continue;
    next.wake();
    count--;
  }
  if (head === queue.length) {
    queue = [];
    head = 0;
  }
}

function startTimer(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    pause = Math.min(pause * 2, LONGEST_WAIT_MS);
    wake(AT_A_TIME);
    if (queue.length > 0) startTimer();
  }, pause);
}

/**
 * Waits for a turn to try again.
 * @returns false when it is not worth waiting any longer
 * @throws AbortError
 */
export async function descriptorTurn(signal?: AbortSignal): Promise<boolean> {
  throwIfAborted(signal);
  const now = performance.now();
  // The first of a shortage: nobody has been waiting, so nobody could have made progress.
  if (queue.length === 0 && now - lastProgress > 2 * GIVE_UP_MS) lastProgress = now;
  if (now - lastProgress > GIVE_UP_MS || queue.length - head >= QUEUE_LIMIT) return false;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      waiting.done = true;
      reject(abortErrorOf(signal));
    };
    const waiting: Waiting = {
      done: false,
      wake: () => {
        waiting.done = true;
        if (signal !== undefined) offAbort(signal, giveUp);
        resolve(true);
      },
    };
    if (signal !== undefined) onAbort(signal, giveUp);
    queue.push(waiting);
    startTimer();
  });
}

/**
 * Goes on with an `attempt` that has failed with `error`, waiting for descriptors for as long as that is its error.
 * For hot paths: nothing of this is touched until an attempt has failed.
 * @throws what an attempt throws for another reason, or `error` when waiting is hopeless
 */
export async function retryOnDescriptors<T>(
  attempt: () => Promise<T>,
  error: unknown,
  o?: OpOptions,
): Promise<T> {
  for (let last = error; ;) {
    if (!isDescriptorShortage(last) || !(await descriptorTurn(o?.signal))) throw last;
    try {
      const answer = await attempt();
      // It has come and, in a whole-file operation, its descriptor has gone again.
      descriptorFreed();
      return answer;
    } catch (failure) {
      last = failure;
    }
  }
}

/** Runs `attempt`, and again when a descriptor is free, for as long as there is none. */
export async function withDescriptors<T>(attempt: () => Promise<T>, o?: OpOptions): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isDescriptorShortage(error)) throw error;
    return retryOnDescriptors(attempt, error, o);
  }
}
