// The inline path's budget per event-loop iteration, so that a loop of hits does not starve timers and sockets. Past the budget,
// reads that may be tried and calls made one after another are deferred to the next iteration. The rest goes to the pool.
import { AsyncResource } from 'node:async_hooks';

import { Call } from '../schedule/call.js';
import type { GivenOptions, OpOptions } from '../schedule/options.js';
import { type Lane, lanes } from '../schedule/lane.js';
import { addon } from './addon.js';
import { type OperationMessage, operations } from '../schedule/diagnostics.js';
import * as P from './protocol.js';
import { args, ensureOpen } from './requests.js';
import { setImmediate } from '../timers.js';

/** The inline path's settings; see `configure`. */
interface InlineSettings {
  enabled: boolean;
  /** Largest read into new memory that is tried inline, in bytes. */
  maxBytes: number;
  /** The same into a view of the caller. Through the pool, this thread would have to copy the bytes as well. */
  maxViewBytes: number;
  /** Microseconds of inline work per event-loop iteration. */
  budgetMicros: number;
  /** Whether the pool makes some of the calls, if many are in flight; see `sharing.ts`. */
  share: boolean;
}

// Measured on ext4 (bench/workloads/flat-out.ts): with 200 us a 5 ms timer is at most 1.3 ms late in ten seconds of nothing but hits,
// event-loop delay is 0.4 ms at p99, and 5 % of the throughput is the price.
export const inlineSettings: InlineSettings = {
  enabled: process.platform === 'linux' && process.env.UVFILES_INLINE !== '0',
  maxBytes: 64 * 1024,
  maxViewBytes: 1024 * 1024, // 45 to 120 us
  budgetMicros: 200,
  share: true,
};

// For the tests: every inline attempt misses (`miss`) or is short (`short`).
const fault = process.env.UVFILES_INLINE_FAULT;
let faultSet = fault === undefined;

let armed = false;

let iterations = 0;

/** Iterations of the event loop that have made calls inline. */
export const iterationsSoFar = (): number => iterations;

function nextIteration(): void {
  armed = false;
  iterations++;
  addon.nextIteration();
  if (next < waiting.length) serveWaiting();
}

const spent = (): boolean => (args[P.ARG_SPENT] as number) >= inlineSettings.budgetMicros;

/** Whether the budget of this iteration allows work that counts towards it. */
export function mayWork(): boolean {
  if (spent()) return false;
  if (!armed) begin(); // else nothing would renew the budget
  return true;
}

/** Whether an inline attempt may be made now for a call with these options. */
export function mayInline(o: GivenOptions): boolean {
  if (!inlineSettings.enabled || spent()) return false;
  if (o !== undefined && !inlineAllowed(o)) return false;
  if (!armed) begin();
  return true;
}

/** The same for a call that takes less than a request to the pool: it does not depend on the budget, but is counted. */
export function mayInlineAlways(o: GivenOptions): boolean {
  if (!inlineSettings.enabled || (o !== undefined && !inlineAllowed(o))) return false;
  if (!armed) begin();
  return true;
}

// The pool path reports wrong or expired options.
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

// --- deferred calls ---

interface Waiting {
  readonly file: object | undefined;
  readonly again: () => unknown;
  readonly resolve: (value: unknown) => void;
}

/** The maximum number of deferred reads. The pool would save this thread no work. */
export const MANY_DEFERRED = 1024;
/** The same for calls that the pool performs in parallel, with less work on this thread: only calls made one after another. */
export const FEW_DEFERRED = 8;

// Calls before `next` have been made. An undefined one was made early, because its file is closed.
const waiting: (Waiting | undefined)[] = [];
let next = 0;
let runningDeferred = false;

/**
 * Whether a call that `mayInline` refused is deferred to the next iteration. This takes less than a microsecond. A trip through
 * the pool takes 20 to 500, since its threads may sleep, and its result would not arrive before the next iteration, either.
 */
export function mayDefer(most: number, o: GivenOptions): boolean {
  return (
    armed &&
    !runningDeferred &&
    waiting.length - next < most &&
    inlineSettings.enabled &&
    inlineSettings.budgetMicros > 0 && // else the next iteration could not make it, either
    spent() &&
    (o === undefined || inlineAllowed(o))
  );
}

/** Makes the call again in the next iteration. `file`: the file that must not be closed before. */
export function deferred<T>(file: object | undefined, call: () => T | Promise<T>): Promise<T> {
  // The iteration runs in the async context of the call that began it. Only subscribers would notice.
  const again = operations.hasSubscribers ? AsyncResource.bind(call, 'uvfiles') : call;
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
  // Makes at least one call, even if the budget has become 0 meanwhile. Calls that a subscriber makes meanwhile come after
  // the deferred ones.
  const first = next;
  while (next < waiting.length && (next === first || !spent())) {
    const each = waiting[next];
    waiting[next++] = undefined;
    if (each !== undefined) serve(each);
  }
  if (next === waiting.length || next >= 4 * MANY_DEFERRED) {
    waiting.splice(0, next);
    next = 0;
  }
}

/** Makes the deferred calls of this file immediately, through the pool if necessary, because the file is about to be closed. */
export function runDeferred(file: object): void {
  for (let i = next; i < waiting.length; i++) {
    const each = waiting[i];
    if (each?.file !== file) continue;
    waiting[i] = undefined;
    runningDeferred = true;
    serve(each);
    runningDeferred = false;
  }
}

// --- figures ---

/**
 * Counts an attempt, and publishes a hit to subscribers. They may call the library: whatever the addon has answered in the memory that
 * calls share is read before.
 */
export function count(operation: string, o: GivenOptions, hit: boolean, path?: string | Uint8Array): void {
  const lane: Lane = o?.lane ?? lanes.default;
  if (!hit) {
    lane._inlineMisses++;
    return;
  }
  lane._inlineHits++;
  if (operations.hasSubscribers) {
    const message: OperationMessage = {
      operation,
      path,
      lane: lane.name,
      inline: true,
      duration: 0,
      error: undefined,
    };
    operations.publish(message);
  }
}
