// Turns EMFILE and ENFILE into a queue: a call that gets no descriptor waits until one may be free again.
//
// Descriptors become free when the library closes one (`descriptorFreed`), or elsewhere in the process, hence the timer. Only a
// few waiting calls try at a time: a thousand failing opens would only keep the process from closing anything.
import { isDescriptorShortage } from '../errors/index.js';
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { type Call, callOf } from '../schedule/call.js';
import type { GivenOptions } from '../schedule/options.js';
import { throwIfEnded, watchCall } from '../schedule/watch-call.js';
import { setTimeout } from '../timers.js';

interface Waiting {
  wake: () => void;
  done: boolean;
}

/** The maximum number of waiting calls. Others get the system's error. */
const QUEUE_LIMIT = 100_000;
/** How many calls the timer wakes at a time. */
const AT_A_TIME = 8;
const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 64;
/** If no call has got a descriptor for so long, waiting calls reject with the system's error. */
const GIVE_UP_MS = 10_000;
/** A shortage is over when no call has asked for a turn for so long: longer than an attempt takes on a busy machine. */
const OVER_MS = 2_000;

let queue: Waiting[] = [];
let head = 0;
let waiting = 0;
let timer: NodeJS.Timeout | undefined;
let pause = SHORTEST_WAIT_MS;
// Since when no call has got a descriptor, and when a call last asked for a turn.
let stuckSince = Infinity;
let lastAsked = -OVER_MS;

/** An iteration that keeps a descriptor while its consumer is busy, and can do without it. */
export interface DescriptorHolder {
  /** Called when a call waits for a descriptor. */
  giveDescriptorBack(): void;
}

// Weak: a consumer may drop its iteration without ending it.
const holders = new Set<WeakRef<DescriptorHolder>>();
const dropped = new FinalizationRegistry<WeakRef<DescriptorHolder>>((reference) => {
  holders.delete(reference);
});

/** From now on, `holder` is asked for its descriptor whenever a call waits for one. Returns what `holdsNoMore` takes. */
export function holds(holder: DescriptorHolder): WeakRef<DescriptorHolder> {
  const reference = new WeakRef(holder);
  holders.add(reference);
  dropped.register(holder, reference, reference);
  return reference;
}

/** Takes `holds` back. */
export function holdsNoMore(reference: WeakRef<DescriptorHolder>): void {
  holders.delete(reference);
  dropped.unregister(reference);
}

/** Whether a call waits for a descriptor. */
export function isDescriptorWanted(): boolean {
  return waiting > 0;
}

/** Whether a shortage has begun that nothing has ended yet, so that `descriptorFreed` makes a difference. */
export function mayLackDescriptors(): boolean {
  return stuckSince !== Infinity;
}

/**
 * Reports that calls have got, or given back, `count` descriptors, and wakes as many waiting calls. Calls that give up for lack of
 * one do not report. Costs next to nothing while nobody waits.
 */
export function descriptorFreed(count = 1): void {
  stuckSince = Infinity;
  if (waiting === 0) return;
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
    if (waiting > 0) startTimer();
  }, pause);
}

/**
 * Waits for a turn to try again. The caller holds no descriptor meanwhile.
 * @returns false if waiting longer is pointless
 * @throws AbortError, TimeoutError
 */
export async function descriptorTurn(call: Call | undefined): Promise<boolean> {
  throwIfEnded(call);
  const now = performance.now();
  // A shortage begins now, or a call has made progress since the last turn.
  if (now - lastAsked > OVER_MS || stuckSince === Infinity) stuckSince = now;
  lastAsked = now;
  if (now - stuckSince > GIVE_UP_MS || waiting >= QUEUE_LIMIT) return false;
  return new Promise((resolve) => {
    const leave = (): void => {
      entry.done = true;
      waiting--;
    };
    const unwatch = watchCall(call, (error) => {
      leave();
      resolve(rejectWhereAwaited(error));
    });
    const entry: Waiting = {
      done: false,
      wake: () => {
        leave();
        unwatch?.();
        resolve(true);
      },
    };
    queue.push(entry);
    waiting++;
    startTimer();
    for (const holder of holders) holder.deref()?.giveDescriptorBack();
  });
}

/**
 * Repeats an `attempt` that has failed with `error`, after waiting for descriptors, while that is its error. For hot paths: it
 * costs nothing until an attempt has failed.
 * @throws any other error of an attempt, or `error` if waiting is pointless
 */
export async function retryOnDescriptors<T>(
  attempt: () => Promise<T>,
  error: unknown,
  o?: GivenOptions,
): Promise<T> {
  const call = callOf(o);
  for (let last = error; ;) {
    if (!isDescriptorShortage(last) || !(await descriptorTurn(call))) throw last;
    try {
      const answer = await attempt();
      // The attempt got a descriptor. A whole-file operation has closed it again by now.
      descriptorFreed();
      return answer;
    } catch (failure) {
      last = failure;
    }
  }
}

/** Runs `attempt`. While there is no descriptor, waits for one and runs it again. */
export async function withDescriptors<T>(attempt: () => Promise<T>, o?: GivenOptions): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isDescriptorShortage(error)) throw error;
    return retryOnDescriptors(attempt, error, o);
  }
}
