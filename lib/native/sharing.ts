// Many calls in flight: the pool and this thread share those whose answers are probably cached. This thread takes the pool's results
// between its own calls, without waiting for the next iteration of the event loop, so the pool always has work. This pays only
// while a processor is free for the pool.
import type { GivenOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { inlineSettings, iterationsSoFar, mayWork } from './inline-budget.js';
import { waitingRequests } from './requests.js';
import { delivered } from './settle.js';

// After how many calls this thread counts those in flight, and takes results. So many it also keeps for itself.
const LOOK_EVERY = 16;
// With fewer in flight, this thread makes all calls: the pool's threads would go to sleep, and each wake-up costs more than a call.
const SHARED_FROM = 28;
// In bytes. A larger read is mostly a copy, which the pool would make twice.
const LARGEST_SHARED = 16 * 1024;
// The most requests that wait for the pool.
const MOST_WAITING = 448;
// After so many looks in a row without a result, this thread goes on alone: the pool's threads get no processor, or wait for a disk.
const FRUITLESS_LOOKS = 32;
// For so many looks at first, and twice as many each time, unless so many looks have found results meanwhile.
const ALONE_FIRST = 64;
const ALONE_MOST = 4096;
const FRUITFUL_LOOKS = 256;

// The same limits for calls that are faster in the pool.
const POOLED_FROM = 6;
const POOLED_SHARED_FROM = 48;
const POOLED_KEPT = 8;

const settled = Promise.resolve();

/** Counts the calls of one kind that are in flight. */
class Calls {
  protected inFlight = 0;
  /** For so many looks, this thread makes all calls. */
  protected alone = 0;
  #calls = 0;
  #waitingAtStart = 0;
  #counting = false;
  #delivered = 0;
  #countedIn = 0; // the iteration
  // A caller that awaits a cached answer goes on in a microtask. So this microtask runs after as many calls as there are in flight,
  // beside those that wait for the pool.
  readonly #look = (): void => {
    this.#counting = false;
    this.inFlight = this.#calls + this.#waitingAtStart;
    this.#calls = 0;
    if (this.alone > 0) this.alone--;
    if (this.#waitingAtStart === 0 || !mayWork()) return;
    addon.deliverFinished();
    if (this.alone === 0) this.looked?.(delivered() !== this.#delivered);
    this.#delivered = delivered();
  };

  protected count(): void {
    // Those that were in flight in an earlier iteration have been answered.
    if (this.inFlight > 1 && this.#countedIn !== iterationsSoFar() && waitingRequests() === 0) this.#start();
    this.#calls++;
    if (this.#counting) {
      const inFlight = this.#calls + this.#waitingAtStart;
      if (inFlight > this.inFlight) this.inFlight = inFlight;
    } else if (this.#calls >= LOOK_EVERY) {
      this.#start();
    }
  }

  #start(): void {
    this.#calls = 0;
    this.#waitingAtStart = waitingRequests();
    if (this.#waitingAtStart === 0) this.inFlight = 0;
    this.#countedIn = iterationsSoFar();
    if (!this.#counting) void settled.then(this.#look); // queueMicrotask would make an AsyncResource
    this.#counting = true;
  }

  /** After a look that took results. `found`: the pool has finished something since the one before. */
  protected looked?(found: boolean): void;
}

/** Calls that take this thread less time than a request to the pool, unless the pool has a processor of its own. */
class SharedCalls extends Calls {
  #fruitless = 0;
  #fruitful = 0;
  #aloneNext = ALONE_FIRST;

  /** Whether the pool makes this call. */
  pooled(): boolean {
    this.count();
    if (this.inFlight < SHARED_FROM || this.alone > 0) return false;
    const waiting = waitingRequests();
    return waiting < MOST_WAITING && waiting < this.inFlight - LOOK_EVERY;
  }

  protected override looked(found: boolean): void {
    if (!found) {
      if (++this.#fruitless < FRUITLESS_LOOKS) return;
      this.alone = this.#aloneNext;
      this.#aloneNext = Math.min(2 * this.#aloneNext, ALONE_MOST);
      this.#fruitful = 0;
    } else if (++this.#fruitful === FRUITFUL_LOOKS) {
      this.#fruitful = 0;
      this.#aloneNext = Math.max(this.#aloneNext / 2, ALONE_FIRST);
    }
    this.#fruitless = 0;
  }
}

/** Calls that take the pool fewer system calls than an attempt on this thread. */
class PooledCalls extends Calls {
  /** Whether the pool makes this call. With very many in flight, this thread makes some of them at the same time. */
  pooled(): boolean {
    this.count();
    if (this.inFlight < POOLED_FROM) return false;
    return (
      this.inFlight < POOLED_SHARED_FROM ||
      waitingRequests() < Math.min(this.inFlight - POOLED_KEPT, MOST_WAITING)
    );
  }
}

const reads = new SharedCalls();
const wholeFiles = new SharedCalls();
const stats = new PooledCalls();

const mayShare = (o: GivenOptions): boolean => o === undefined && inlineSettings.enabled;

/** Whether the pool reads so many bytes, although they are probably cached. */
export const sharedRead = (size: number, o: GivenOptions): boolean =>
  size > 0 && size <= LARGEST_SHARED && mayShare(o) && reads.pooled();

/** Whether the pool reads this whole file, although it may be cached. */
export const sharedWhole = (o: GivenOptions): boolean => mayShare(o) && wholeFiles.pooled();

/** Whether the pool makes this call of `stat`, although its answer may be cached. */
export const pooledStat = (): boolean => stats.pooled();
