// A listener of `process` that is added and removed as it is needed.
//
// It keeps its realm (a context of Jest) alive, and so must not stay for good.
import { setTimeout } from './timers.js';

/** How long a listener stays when it is not needed any more: most are needed again soon, such as for each of many temporary files. */
const RELEASE_MS = 1_000;

/** One listener of an event of `process`. */
export class ProcessListener {
  readonly #event: string;
  readonly #listener: (argument: string) => void;
  readonly #first: boolean;
  #installed = false;
  #needed = false;
  #releasing = false;

  /** @param first whether it is called before the listeners that exist when it is added */
  constructor(event: string, listener: (argument: string) => void, first = false) {
    this.#event = event;
    this.#listener = listener;
    this.#first = first;
  }

  /** Returns whether it was missing until now. */
  need(): boolean {
    this.#needed = true;
    if (this.#installed) return false;
    this.#installed = true;
    if (this.#first) (process as NodeJS.EventEmitter).prependListener(this.#event, this.#listener);
    else process.on(this.#event, this.#listener);
    return true;
  }

  release(): void {
    this.#needed = false;
    if (!this.#installed || this.#releasing) return;
    this.#releasing = true;
    setTimeout(() => {
      this.#releasing = false;
      if (this.#needed) return;
      this.#installed = false;
      process.off(this.#event, this.#listener);
    }, RELEASE_MS).unref();
  }
}
