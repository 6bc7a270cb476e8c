// A call of several steps has one deadline: each step is given what is left of it.
import { performance } from 'node:perf_hooks';

import type { Lane } from './lane.js';
import type { OpOptions } from './options.js';

class Deadline implements OpOptions {
  readonly signal: AbortSignal | undefined;
  readonly lane: Lane | undefined;
  /** What the caller allowed, in milliseconds. */
  readonly total: number;
  readonly #end: number;

  constructor({ signal, lane }: OpOptions, total: number) {
    this.signal = signal;
    this.lane = lane;
    this.total = total;
    this.#end = performance.now() + total;
  }

  /** What is left of it; 0 once it has passed. */
  get timeout(): number {
    return Math.max(0, this.#end - performance.now());
  }
}

/** The same options, with a `timeout` that runs from now on over all steps they are passed to. */
export function withDeadline(o: OpOptions | undefined): OpOptions | undefined {
  return o?.timeout === undefined || o instanceof Deadline ? o : new Deadline(o, o.timeout);
}

/** Milliseconds that the caller allowed. */
export function allowed(o: OpOptions): number | undefined {
  return o instanceof Deadline ? o.total : o.timeout;
}
