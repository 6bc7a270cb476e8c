// Reads that may wait indefinitely, and whether the program awaits them.
//
// A program that awaits its input is not done: `for await (const line of stdin)` must see what comes a minute later. One
// that began a read and forgot it is: nobody may ever write to that pipe. The native side keeps the event loop alive for
// neither; here a subscription does, until the read is settled.

let awaited = 0;
let keepAlive: NodeJS.Timeout | undefined;

/**
 * The promise of a polled read. While somebody waits for its value (`await`, `then` with a callback; `catch` alone is no
 * interest in a value) and it is pending, the process stays alive.
 */
export class AwaitedRead<T> extends Promise<T> {
  #state: 'forgotten' | 'awaited' | 'settled' = 'forgotten';

  /** Follows `read`. */
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

  /** What `then` returns is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (this.#state === 'forgotten' && typeof onFulfilled === 'function') {
      this.#state = 'awaited';
      if (awaited++ === 0) keepAlive = setInterval(() => undefined, 2 ** 30);
    }
    return super.then(onFulfilled, onRejected);
  }

  #settled(): void {
    if (this.#state === 'awaited' && --awaited === 0) clearInterval(keepAlive);
    this.#state = 'settled';
  }
}
