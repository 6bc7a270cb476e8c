// The order of stateful calls on one handle: one at a time, in call order, whether or not anybody awaits them.
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { watchCall } from '../schedule/watch-call.js';

interface Waiting {
  /** Undefined when the call has been given up. */
  begin: (() => void) | undefined;
  next: Waiting | undefined;
}

/** A queue of calls that never overlap. */
export class Sequence {
  #busy = false;
  #head: Waiting | undefined;
  #tail: Waiting | undefined;

  /** True when a call may be answered at once, without queueing: nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.#busy;
  }

  /**
   * Runs `work` after everything that was called before. A signal or timeout that comes while it waits rejects it at once, and
   * it is not run. The timeout of a call counts from the call, not from its turn.
   *
   * Awaited throughout, rather than chained: the promise is then one that nobody has handled before its caller, and a
   * failure's stack leads to the line that waits for it.
   */
  async run<T>(work: (o?: Call) => Promise<T>, o?: Call): Promise<T> {
    throwIfAborted(o?.signal);
    if (this.#busy) await this.#turn(o);
    this.#busy = true;
    try {
      return await work(o);
    } finally {
      this.#next();
    }
  }

  /** Resolves when everything called so far has settled. */
  drained(): Promise<void> {
    return this.run(() => Promise.resolve());
  }

  #turn(o: Call | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { begin: resolve, next: undefined };
      if (o?.signal !== undefined || o?.timeout !== undefined) watch(waiting, o, reject);
      if (this.#tail === undefined) this.#head = waiting;
      else this.#tail.next = waiting;
      this.#tail = waiting;
    });
  }

  #next(): void {
    let waiting = this.#head;
    while (waiting !== undefined && waiting.begin === undefined) waiting = waiting.next;
    this.#head = waiting?.next;
    if (this.#head === undefined) this.#tail = undefined;
    if (waiting?.begin === undefined) this.#busy = false;
    else waiting.begin(); // its call runs a moment later; nobody comes between, since this stays busy
  }
}

function watch(waiting: Waiting, o: Call, reject: (error: Error) => void): void {
  const { begin } = waiting;
  const unwatch = watchCall(o, (error) => {
    waiting.begin = undefined;
    reject(error);
  });
  waiting.begin = () => {
    unwatch?.();
    begin?.();
  };
}
