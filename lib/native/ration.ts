// How much may be done inline. Rationed, so that a loop that always hits lets the event loop turn: past the budget of an
// iteration small calls wait for the next one, and the rest take the pool.
import { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { type Lane, lanes } from '../schedule/lane.js';
import { addon } from './addon.js';
import { type OperationMessage, operations } from './diagnostics.js';
import * as P from './protocol.js';
import { args, ensureOpen } from './requests.js';

/** The inline path's settings; see `configure`. */
export interface InlineSettings {
  enabled: boolean;
  /** Largest read that is tried inline, in bytes. */
  maxBytes: number;
  /** Microseconds of inline work in one event-loop iteration; beyond it the pool serves. */
  budgetMicros: number;
}

// Measured on ext4 (bench/workloads/flat-out.mjs): with 200 us a 5 ms timer is at most 1.3 ms late in ten seconds of nothing but hits,
// event-loop delay is 0.4 ms at p99, and 9 % of the throughput is the price.
export const inlineSettings: InlineSettings = {
  enabled: process.platform === 'linux' && process.env.UVFILES_INLINE !== '0',
  maxBytes: 64 * 1024,
  budgetMicros: 200,
};

// For the test suite: every inline attempt misses (`miss`) or comes up short (`short`).
const fault = process.env.UVFILES_INLINE_FAULT;
let faultSet = fault === undefined;

let armed = false;

function nextIteration(): void {
  armed = false;
  if (spent()) exhausted++;
  addon.nextIteration();
  if (next < waiting.length) serveWaiting();
}

const spent = (): boolean => (args[P.ARG_SPENT] as number) >= inlineSettings.budgetMicros;

/** Whether an inline attempt may be made now for a call with these options. */
export function mayInline(o: OpOptions | undefined): boolean {
  if (!inlineSettings.enabled || spent()) return false;
  if (o !== undefined && !inlineAllowed(o)) return false;
  if (!armed) begin();
  return true;
}

// Options that are wrong, or over already, are the pool path's to tell.
function inlineAllowed(o: OpOptions): boolean {
  if (!(o instanceof Call) || o.signal?.aborted === true) return false;
  return o.lane?.inline !== false && o.timeout !== 0;
}

function begin(): void {
  ensureOpen();
  if (!faultSet) {
    faultSet = true;
    addon.setInlineFault(fault === 'miss' ? 1 : fault === 'short' ? 2 : 0);
  }
  armed = true;
  setImmediate(nextIteration);
}

// --- calls that wait for the next iteration ---

interface Waiting {
  readonly file: object | undefined;
  readonly again: () => unknown;
  readonly resolve: (value: unknown) => void;
}

// One exhausted iteration in so many sends what is past its budget to the pool, so that a loop that only hits leaves this
// thread idle for a moment now and then.
const POOL_EVERY = 16;
/** Calls that may wait: of reads, whose work on this thread is no less when the pool does them. */
export const MANY_WAIT = 1024;
/** Of calls that the pool does in parallel with less work here: only such as are made one after the other. */
export const FEW_WAIT = 8;

// Those before `next` have been served, and an undefined one was hurried.
const waiting: (Waiting | undefined)[] = [];
let next = 0;
let exhausted = 0;
let hurrying = false;

/**
 * Whether a call that `mayInline` refused is to wait for the next iteration: a microsecond or so, where a trip through the
 * pool takes twenty. Not the results' loss: they too could be taken up in the next iteration only.
 */
export function mayWait(most: number, o: OpOptions | undefined): boolean {
  return (
    armed &&
    !hurrying &&
    waiting.length - next < most &&
    exhausted % POOL_EVERY !== POOL_EVERY - 1 &&
    inlineSettings.enabled &&
    spent() &&
    (o === undefined || inlineAllowed(o))
  );
}

/** Makes the call again in the next iteration. `file`: what must not be closed before. */
export function nextTurn<T>(file: object | undefined, again: () => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve) => {
    waiting.push({ file, again, resolve: resolve as (value: unknown) => void });
  });
}

function serve({ again, resolve }: Waiting): void {
  try {
    resolve(again());
  } catch (error) {
    resolve(Promise.reject(error));
  }
}

function serveWaiting(): void {
  if (!armed) begin();
  // At least one, also where the budget has been set to nothing. What a subscriber submits meanwhile comes after those who
  // wait.
  const first = next;
  while (next < waiting.length && (next === first || !spent())) {
    const each = waiting[next];
    waiting[next++] = undefined;
    if (each !== undefined) serve(each);
  }
  if (next === waiting.length || next >= 4 * MANY_WAIT) {
    waiting.splice(0, next);
    next = 0;
  }
}

/** Makes the calls that wait for this file at once, by the pool if need be: it is about to be closed. */
export function hurry(file: object): void {
  for (let i = next; i < waiting.length; i++) {
    const each = waiting[i];
    if (each?.file !== file) continue;
    waiting[i] = undefined;
    hurrying = true;
    serve(each);
    hurrying = false;
  }
}

// --- figures ---

/** Counts an attempt, and tells who listens of a hit. */
export function count(operation: string, o: OpOptions | undefined, hit: boolean): void {
  const lane: Lane = o?.lane ?? lanes.default;
  if (!hit) {
    lane._inlineMisses++;
    return;
  }
  lane._inlineHits++;
  if (operations.hasSubscribers) {
    const message: OperationMessage = {
      operation,
      path: undefined,
      lane: lane.name,
      inline: true,
      duration: 0,
      error: undefined,
    };
    operations.publish(message);
  }
}
