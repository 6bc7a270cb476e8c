// The order of stateful calls on one handle: one at a time, in call order, whether or not anybody awaits them.
import { AbortError, ClosedFileError, TimeoutError } from '../errors/index.js';
import { offAbort, onAbort } from '../schedule/abort.js';
import { checkOpOptions, type OpOptions } from '../schedule/options.js';

interface Waiting {
  run: () => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  next: Waiting | undefined;
}

/** A queue of calls that never overlap. */
export class Sequence {
  #busy = false;
  #head: Waiting | undefined;
  #tail: Waiting | undefined;
  readonly #advance = (): void => this.#next();

  /** True when a call may be answered at once, without queueing: nothing runs and nothing waits. */
  get idle(): boolean {
    return !this.#busy;
  }

  /**
   * Runs `call` after every call made before it. A signal or timeout that comes while the call waits rejects it at once,
   * and it is not run. The options are checked here, since not every call gets as far as an operation.
   */
  run<T>(call: () => Promise<T>, o?: OpOptions): Promise<T> {
    if (o !== undefined) {
      try {
        checkOpOptions(o);
      } catch (error) {
        return Promise.reject(error as Error);
      }
      if (o.signal?.aborted === true) return Promise.reject(new AbortError(o.signal.reason));
    }
    if (!this.#busy) {
      this.#busy = true;
      let result: Promise<T>;
      try {
        result = call();
      } catch (error) {
        this.#next();
        return Promise.reject(error as Error);
      }
      result.then(this.#advance, this.#advance);
      return result;
    }
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        run: call,
        resolve: resolve as (value: unknown) => void,
        reject,
        next: undefined,
      };
      if (o?.signal !== undefined || o?.timeout !== undefined) this.#watch(waiting, o);
      if (this.#tail === undefined) this.#head = waiting;
      else this.#tail.next = waiting;
      this.#tail = waiting;
    });
  }

  /** Resolves when everything called so far has settled. */
  drained(): Promise<void> {
    return this.run(() => Promise.resolve());
  }

  #watch(waiting: Waiting, { signal, timeout }: OpOptions): void {
    const { run } = waiting;
    let timer: NodeJS.Timeout | undefined;
    const unwatch = (): void => {
      if (signal !== undefined) offAbort(signal, abort);
      clearTimeout(timer);
    };
    const giveUp = (error: Error): void => {
      unwatch();
      waiting.run = () => Promise.resolve();
      waiting.reject(error);
    };
    const abort = (): void => {
      giveUp(new AbortError(signal?.reason));
    };
    if (signal !== undefined) onAbort(signal, abort);
    if (timeout !== undefined) {
      timer = setTimeout(() => {
        giveUp(new TimeoutError(timeout));
      }, timeout);
    }
    waiting.run = () => {
      unwatch();
      return run();
    };
  }

  #next(): void {
    const waiting = this.#head;
    if (waiting === undefined) {
      this.#busy = false;
      return;
    }
    this.#head = waiting.next;
    if (this.#head === undefined) this.#tail = undefined;
    let result: Promise<unknown>;
    try {
      result = waiting.run();
    } catch (error) {
      waiting.reject(error);
      this.#next();
      return;
    }
    // Resolving with the promise itself keeps the chain that V8 follows for async stack traces.
    waiting.resolve(result);
    result.then(this.#advance, this.#advance);
  }
}

/** The rejection that every call on a closed handle gets. */
export function closedRejection(): Promise<never> {
  return Promise.reject(new ClosedFileError());
}
