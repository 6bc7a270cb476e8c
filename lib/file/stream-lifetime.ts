// How a web stream ends, and when its handle is closed.
import { abortErrorOf, onAbortWhileAlive } from '../schedule/abort.js';
import { Call } from '../schedule/call.js';

/** A handle as far as the end of a stream concerns it. */
export interface StreamOwner {
  close(): Promise<void>;
  /** Closes because of an error. What was written is not published, where that is possible. */
  _abort(reason: unknown): Promise<void>;
  /** Whether what is written shows only after `close`, and never after `_abort`. */
  readonly _publishes: boolean;
}

/**
 * From the beginning of a stream to its end, which comes once: well, by an error, by its consumer or by its signal. A signal
 * does not keep this object alive, so that a dropped stream, and its handle, can be collected.
 */
export class StreamLifetime {
  readonly #abort = new AbortController();
  readonly #handle: StreamOwner;
  readonly #owns: boolean;
  readonly #given: Call | undefined;
  #unsubscribe: (() => void) | undefined;
  #error: ((reason: unknown) => void) | undefined;
  #ending: Promise<void> | undefined;
  /** Whether the stream has ended by an error. */
  failed = false;

  /** @param owns whether the handle ends with the stream */
  constructor(handle: StreamOwner, owns: boolean, call: Call | undefined) {
    this.#handle = handle;
    this.#owns = owns;
    this.#given = call;
  }

  /** Watches the signal from here on. `error` puts the stream into its failed state. */
  begin(error: (reason: unknown) => void): void {
    const signal = this.#given?.signal;
    if (signal === undefined) return;
    // Kept here, not in what the signal holds: it leads to the stream.
    this.#error = error;
    if (signal.aborted) this.#aborted(signal);
    else this.#unsubscribe = onAbortWhileAlive(signal, this, (lifetime) => lifetime.#aborted(signal));
  }

  #aborted(signal: AbortSignal): void {
    const reason = abortErrorOf(signal);
    void this.fail(reason);
    this.#error?.(reason);
  }

  /** For one operation: the stream's lane, its timeout from now on, and a signal that ends it with the stream. */
  get call(): Call {
    return new Call(this.#abort.signal, this.#given?.lane, this.#given?.total);
  }

  /** Whether the consumer has gone: what was read for it stays with the handle. */
  get over(): boolean {
    return this.#abort.signal.aborted || this.#ending !== undefined;
  }

  /** Ends what waits for the kernel. */
  stop(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** The stream has ended, and the handle does not end with it. */
  leave(): void {
    this.#ending ??= Promise.resolve();
    this.#unsubscribe?.();
  }

  /** The stream has ended well. */
  end(): Promise<void> {
    if (this.#ending === undefined) {
      this.leave();
      if (this.#owns) this.#ending = this.#handle.close();
    }
    return this.#ending as unknown as Promise<void>;
  }

  /** The stream has failed. Its error is the one to report, so this never rejects. */
  fail(reason: unknown): Promise<void> {
    if (this.#ending === undefined) {
      this.failed = true;
      this.leave();
      this.stop(reason);
      if (this.#owns) this.#ending = this.#handle._abort(reason);
    }
    return (this.#ending as unknown as Promise<void>).catch(() => undefined);
  }

  /** The consumer of a readable stream has had enough. */
  cancel(reason: unknown): Promise<void> {
    if (this.#owns && this.#handle._publishes) return this.fail(reason);
    this.stop(reason);
    return this.end();
  }
}
