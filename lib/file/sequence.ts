// The order of stateful calls on one handle: one at a time, in call order, whether or not they are awaited.
import { rejectWhereAwaited } from '../errors/where-awaited.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { Call } from '../schedule/call.js';
import { watchCall } from '../schedule/watch-call.js';

interface Waiting {
  /** Undefined if the call has been cancelled. */
  begin: (() => void) | undefined;
  next: Waiting | undefined;
}

/** A queue of calls that never overlap. */
export class Sequence {
  #busy = false;
  #head: Waiting | undefined;
  #tail: Waiting | undefined;

  /** True if a call can be answered without queueing, because nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.#busy;
  }

  /**
   * Runs `work` after all earlier calls. An abort or timeout while it waits rejects it immediately, and it does not
   * run. The timeout of a call counts from the call, not from its turn. `keepsAlive`: whether the process lives until
   * this timeout.
   *
   * Promises are awaited here, not chained. So the caller's handler is the first one of the promise, and the stack of
   * an error names the line that awaits the call.
   */
  async run<T>(work: (o?: Call) => Promise<T>, o?: Call, keepsAlive = true): Promise<T> {
    throwIfAborted(o?.signal);
    if (this.#busy) await this.#turn(o, keepsAlive);
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

  #turn(o: Call | undefined, keepsAlive: boolean): Promise<void> {
    return new Promise((resolve) => {
      const waiting: Waiting = { begin: resolve, next: undefined };
      if (o?.signal !== undefined || o?.timeout !== undefined)
        watch(waiting, o, keepsAlive, (error) => resolve(rejectWhereAwaited(error)));
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
    else waiting.begin(); // its call runs a moment later; no other call can run before it, because this stays busy
  }
}

function watch(waiting: Waiting, o: Call, keepsAlive: boolean, giveUp: (error: Error) => void): void {
  const { begin } = waiting;
  const end = (error: Error): void => {
    waiting.begin = undefined;
    giveUp(error);
  };
  const unwatch = watchCall(o, end, keepsAlive);
  waiting.begin = () => {
    unwatch?.();
    begin?.();
  };
}
