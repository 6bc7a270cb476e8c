// Many calls in flight: the pool and this thread share those whose answers are probably cached. This thread takes the pool's
// results between its own calls, without waiting for the next iteration of the event loop, so the pool always has work.
import type { GivenOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { inlineSettings, iterationsSoFar, mayWork } from './inline-budget.js';
import { waitingRequests } from './requests.js';
import { delivered } from './settle.js';

// The number of calls of a kind after which this thread counts those in flight, and takes results.
const LOOK_EVERY = 16;
// The maximum number of requests that wait for the pool.
const MOST_WAITING = 448;
// After this many checks in a row without a result, the pool's threads get no processor, or wait for a disk: this thread
// continues alone.
const FRUITLESS_LOOKS = 32;
// It continues alone for this number of checks at first, and for twice as many each time, unless as many checks have found
// results meanwhile.
const ALONE_FIRST = 64;
const ALONE_MOST = 4096;
const FRUITFUL_LOOKS = 256;

// The state of the pool, according to the checks of all kinds.
let deliveredAtLook = 0;
let fruitless = 0;
let fruitful = 0;
let alone = 0; // checks until the pool is tried again
let aloneNext = ALONE_FIRST;

function takeResults(): void {
  addon.deliverFinished();
  const isFruitful = delivered() !== deliveredAtLook;
  deliveredAtLook = delivered();
  if (alone > 0) return;
  if (isFruitful) {
    fruitless = 0;
    if (++fruitful < FRUITFUL_LOOKS) return;
    aloneNext = Math.max(aloneNext / 2, ALONE_FIRST);
  } else {
    if (++fruitless < FRUITLESS_LOOKS) return;
    fruitless = 0;
    alone = aloneNext;
    aloneNext = Math.min(2 * aloneNext, ALONE_MOST);
  }
  fruitful = 0;
}

/** The calls of one kind. */
class Calls {
  /** With fewer in flight, this thread makes all calls: the pool's threads would fall asleep, and each wake-up costs more than a call. */
  readonly #pooledFrom: number;
  /** From so many in flight on, this thread makes `kept` of them. */
  readonly #keptFrom: number;
  readonly #kept: number;
  #inFlight = 0;
  #countedIn = 0; // the iteration of the loop
  #counting = false;
  #calls = 0;
  #waitingAtStart = 0;

  constructor(pooledFrom: number, keptFrom: number, kept: number) {
    this.#pooledFrom = pooledFrom;
    this.#keptFrom = keptFrom;
    this.#kept = kept;
  }

  /** Counts a call, and returns whether the pool makes it. */
  pooled(): boolean {
    this.#count();
    if (this.#inFlight < this.#pooledFrom || alone > 0) return false;
    return (
      this.#inFlight < this.#keptFrom ||
      waitingRequests() < Math.min(this.#inFlight - this.#kept, MOST_WAITING)
    );
  }

  #count(): void {
    // Those that were in flight in an earlier iteration have been answered.
    if (this.#inFlight > 1 && this.#countedIn !== iterationsSoFar() && waitingRequests() === 0) this.#start();
    this.#calls++;
    if (this.#counting) {
      const inFlight = this.#calls + this.#waitingAtStart;
      if (inFlight > this.#inFlight) this.#inFlight = inFlight;
    } else if (this.#calls >= LOOK_EVERY) {
      this.#start();
    }
  }

  // A caller that awaits a cached answer goes on in a microtask. So `#look` runs after as many calls as there are in flight, beside
  // those that wait for the pool.
  #start(): void {
    this.#calls = 0;
    this.#waitingAtStart = waitingRequests();
    // In the iteration after the last count, those that were answered are probably followed by as many.
    if (this.#waitingAtStart === 0 && iterationsSoFar() - this.#countedIn > 1) this.#inFlight = 0;
    this.#countedIn = iterationsSoFar();
    if (!this.#counting) void Promise.resolve().then(this.#look); // queueMicrotask would make an AsyncResource
    this.#counting = true;
  }

  readonly #look = (): void => {
    this.#counting = false;
    this.#inFlight = this.#calls + this.#waitingAtStart;
    this.#calls = 0;
    if (alone > 0) alone--;
    if (this.#waitingAtStart > 0 && mayWork()) takeResults();
  };
}

const reads = new Calls(28, 28, 16);
const wholeFiles = new Calls(28, 28, 16);
// The pool takes fewer system calls for each than an attempt on this thread.
const stats = new Calls(6, 48, 8);

// In bytes. A larger read is mostly a copy, which the pool would make twice.
const LARGEST_SHARED = 16 * 1024;

const mayShare = (): boolean => inlineSettings.share && inlineSettings.enabled;

/** Whether the pool reads so many bytes, although they are probably cached. */
export const sharedRead = (size: number, o: GivenOptions): boolean =>
  size > 0 && size <= LARGEST_SHARED && o === undefined && mayShare() && reads.pooled();

/** Whether the pool reads this whole file, although it may be cached. */
export const sharedWhole = (o: GivenOptions): boolean => o === undefined && mayShare() && wholeFiles.pooled();

/** Whether the pool makes this call of `stat`, although its answer may be cached. */
export const sharedStat = (): boolean => mayShare() && stats.pooled();
