// A listener of `process` that comes and goes with what it is needed for.
//
// It keeps its realm (a context of Jest) alive, and so must not stay for good.
import { setTimeout } from 'node:timers';

/** How long a listener stays when it is not needed any more: most are needed again soon, such as for each of many temporary files. */
const RELEASE_MS = 1_000;

/** One listener of an event of `process`. */
export class ProcessListener {
  readonly #event: string;
  readonly #listener: (argument: string) => void;
  #installed = false;
  #needed = false;
  #releasing = false;

  constructor(event: string, listener: (argument: string) => void) {
    this.#event = event;
    this.#listener = listener;
  }

  /** Returns whether it was missing until now. */
  need(): boolean {
    this.#needed = true;
    if (this.#installed) return false;
    this.#installed = true;
    process.on(this.#event, this.#listener);
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
