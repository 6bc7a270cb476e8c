// Reads that may wait indefinitely, and whether the program awaits them.
//
// A program that awaits its input is not done: `for await (const line of stdin)` must receive a line that arrives a
// minute later. A program that began a read and does not await it is done, because that pipe may never be written to.
// The addon keeps the event loop alive for neither. Here, a read that is awaited keeps the loop alive until it is
// settled.
import { clearInterval, setInterval } from '../timers.js';

let awaited = 0;
let keepAlive: NodeJS.Timeout | undefined;

/**
 * The promise of a polled read. The process stays alive while the read is pending and its value is awaited, with `await`, or `then`
 * with a callback. `catch` alone does not count, but whoever awaits its result awaits the read.
 */
export class AwaitedRead<T> extends Promise<T> {
  #state: 'forgotten' | 'awaited' | 'settled' = 'forgotten';
  /** The read, if this is what its `catch` has returned. */
  #read: AwaitedRead<unknown> | undefined;

  /** Settles as `read` does. */
  static following<T>(read: Promise<T>): AwaitedRead<T> {
    const promise: AwaitedRead<T> = new AwaitedRead<T>((resolve, reject) => {
      read.then(
        (value) => {
          promise.#settled();
          resolve(value);
        },
        (error: unknown) => {
          promise.#settled();
          reject(error);
        },
      );
    });
    return promise;
  }

  /** For `super.then`, which returns an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const settled = super.then(onFulfilled, onRejected);
    if (typeof onFulfilled === 'function') {
      this.#await();
      return settled;
    }
    const caught = new AwaitedRead<A | B>((resolve) => resolve(settled));
    caught.#read = this;
    return caught;
  }

  #await(): void {
    if (this.#read !== undefined) {
      this.#read.#await();
    } else if (this.#state === 'forgotten') {
      this.#state = 'awaited';
      if (awaited++ === 0) keepAlive = setInterval(() => undefined, 2 ** 30);
    }
  }

  #settled(): void {
    if (this.#state === 'awaited' && --awaited === 0) clearInterval(keepAlive);
    this.#state = 'settled';
  }
}
