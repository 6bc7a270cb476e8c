// How a web stream ends, and when its handle is closed.
import { abortErrorOf, onAbortWhileAlive } from '../schedule/abort.js';
import { Call } from '../schedule/call.js';

/** What the end of a stream needs from a handle. */
export interface StreamOwner {
  close(): Promise<void>;
  /** Closes because of an error. If the file system can, the written data is not published. */
  _abort(reason: unknown): Promise<void>;
  /** Whether written data becomes visible only after `close`, and never after `_abort`. */
  readonly _publishes: boolean;
}

/**
 * The lifetime of a stream. It ends once: normally, by an error, by its consumer or by its signal. A signal does not
 * keep this object alive, so that a dropped stream, and its handle, can be collected.
 */
export class StreamLifetime {
  readonly #abort = new AbortController();
  readonly #handle: StreamOwner;
  readonly #owns: boolean;
  readonly #given: Call | undefined;
  #unsubscribe: (() => void) | undefined;
  #error: ((reason: unknown) => void) | undefined;
  #ending: Promise<void> | undefined;
  /** Whether the stream has failed. */
  failed = false;

  /** @param owns whether the handle ends with the stream */
  constructor(handle: StreamOwner, owns: boolean, call: Call | undefined) {
    this.#handle = handle;
    this.#owns = owns;
    this.#given = call;
  }

  /** Watches the signal from now on. `error` makes the stream fail. */
  begin(error: (reason: unknown) => void): void {
    const signal = this.#given?.signal;
    if (signal === undefined) return;
    // Stored here, not in an object that the signal refers to, because it refers to the stream.
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

  /** Whether the consumer has gone. Data that was read for it then stays in the handle. */
  get over(): boolean {
    return this.#abort.signal.aborted || this.#ending !== undefined;
  }

  /** Ends operations that wait for the kernel. */
  stop(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** Called when the stream has ended, and the handle stays open. */
  leave(): void {
    this.#ending ??= Promise.resolve();
    this.#unsubscribe?.();
  }

  /** Called when the stream has ended normally. */
  end(): Promise<void> {
    if (this.#ending === undefined) {
      this.leave();
      if (this.#owns) this.#ending = this.#handle.close();
    }
    return this.#ending as unknown as Promise<void>;
  }

  /** Called when the stream has failed. The stream's error is the one to report, so this never rejects. */
  fail(reason: unknown): Promise<void> {
    if (this.#ending === undefined) {
      this.failed = true;
      this.leave();
      this.stop(reason);
      if (this.#owns) this.#ending = this.#handle._abort(reason);
    }
    return (this.#ending as unknown as Promise<void>).catch(() => undefined);
  }

  /** Called when the consumer of a readable stream has cancelled it. */
  cancel(reason: unknown): Promise<void> {
    if (this.#owns && this.#handle._publishes) return this.fail(reason);
    this.stop(reason);
    return this.end();
  }
}
