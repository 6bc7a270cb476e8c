// What is in effect, mounts or layers: in all contexts, or in the asynchronous context of a callback until its result has settled.
import { AsyncLocalStorage } from 'node:async_hooks';

const NOTHING: readonly never[] = [];

/** The items in effect, in the order in which they began. */
export class InEffect<T extends object> {
  /** Those in all contexts. */
  everywhere: readonly T[];
  readonly #contexts = new AsyncLocalStorage<readonly T[]>();
  // Work that a callback has left behind still has its context.
  readonly #over = new WeakSet<T>();
  readonly #isActive = (item: T): boolean => !this.#over.has(item);

  constructor(everywhere: readonly T[]) {
    this.everywhere = everywhere;
  }

  /** Those of the callbacks that this context is in. */
  inContext(): readonly T[] {
    const own = this.#contexts.getStore() ?? NOTHING;
    return own.every(this.#isActive) ? own : own.filter(this.#isActive);
  }

  /** All of this context. */
  here(): readonly T[] {
    const own = this.inContext();
    return own.length === 0 ? this.everywhere : [...this.everywhere, ...own];
  }

  /** Adds `item` for all contexts. Returns a function that removes it; then `ended` is called, once. */
  add(item: T, ended: () => void): () => void {
    this.everywhere = [...this.everywhere, item];
    return () => {
      if (!this.everywhere.includes(item)) return;
      this.everywhere = this.everywhere.filter((each) => each !== item);
      ended();
    };
  }

  /** Adds `item` for the context of `callback`, and returns its result. `ended` is called when that has settled. */
  addFor<R>(item: T, callback: () => R, ended: () => void): R {
    const end = (): void => {
      this.#over.add(item);
      ended();
    };
    let result: R;
    try {
      result = this.#contexts.run([...(this.#contexts.getStore() ?? NOTHING), item], callback);
    } catch (error) {
      end();
      throw error;
    }
    if (typeof (result as PromiseLike<unknown> | null)?.then === 'function')
      return Promise.resolve(result).finally(end) as R;
    end();
    return result;
  }
}
