// Sequential reading: parts of the object are fetched before they are needed.
import type { StoreCall } from './object-store.js';
import { readRange, type Version } from './read-range.js';

/** The size of the first window. */
const FIRST_WINDOW = 1 << 20;

/** A range of the object that is being fetched, or has been fetched. */
class Window {
  readonly start: number;
  readonly end: number;
  readonly #bytes: Buffer;
  readonly #controller = new AbortController();
  #filled = 0;
  #failure: { error: unknown } | undefined;
  #waiting: { upTo: number; resolve: () => void; reject: (error: unknown) => void }[] = [];

  /** @param memory is used if it is large enough */
  constructor(of: Version, start: number, end: number, memory: Buffer | undefined) {
    this.start = start;
    this.end = end;
    this.#bytes =
      memory !== undefined && memory.length >= end - start ? memory : Buffer.allocUnsafeSlow(end - start);
    const sink = (chunk: Uint8Array, position: number): void => {
      this.#bytes.set(chunk, position - start);
      // The last byte is returned only when the body is known to end there.
      this.#filled = Math.min(position + chunk.length, end - 1) - start;
      this.#wake();
    };
    readRange(of, start, end, sink, { signal: this.#controller.signal })
      .then(
        () => (this.#filled = end - start),
        (error: unknown) => (this.#failure = { error }),
      )
      .finally(() => this.#wake());
  }

  /** Its memory, once nothing will be written to it and no read waits for it; undefined before. */
  get spare(): Buffer | undefined {
    return this.#filled === this.end - this.start && this.#waiting.length === 0 ? this.#bytes : undefined;
  }

  /** Whether it has failed. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  holds(position: number): boolean {
    return position >= this.start && position < this.end;
  }

  /** Copies bytes from `position` to `view` once they have arrived. Resolves to their number. */
  async copy(view: Uint8Array, position: number, { signal }: StoreCall): Promise<number> {
    const from = position - this.start;
    const upTo = Math.min(from + view.length, this.end - this.start);
    if (upTo > this.#filled) await this.#until(upTo);
    // The reader's promise has already been rejected, so the memory belongs to the reader again.
    if (signal?.aborted === true) throw signal.reason;
    view.set(this.#bytes.subarray(from, upTo));
    return upTo - from;
  }

  /** Ends the request, unless a read waits for it. */
  drop(): void {
    if (this.#waiting.length === 0 && this.#filled < this.end - this.start) this.#controller.abort();
  }

  #until(upTo: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => this.#waiting.push({ upTo, resolve, reject }));
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.upTo <= this.#filled) one.resolve();
      else if (this.#failure !== undefined) one.reject(this.#failure.error);
      else this.#waiting.push(one);
    }
  }
}

/**
 * The windows of one open file: the one that is read from and the one after it. Each is twice as large as the previous
 * one, up to the largest.
 */
export class ReadAhead {
  readonly #of: Version;
  readonly #largest: number;
  #size = FIRST_WINDOW;
  #current: Window | undefined;
  #next: Window | undefined;
  /** Whether the current window is not the first. */
  #follows = false;
  /** The memory of a window that has been read. */
  #spare: Buffer | undefined;

  /** @param largest the largest window, in bytes; 0 switches reading ahead off */
  constructor(of: Version, largest: number) {
    this.#of = of;
    this.#largest = largest;
  }

  /** Whether a read at `position` continues what the windows hold. */
  continues(position: number): boolean {
    if (this.#current === undefined) return false;
    return position >= this.#current.start && position <= this.#current.end;
  }

  /** Reads up to the size of `view` through windows. Starts new windows if `position` continues none. */
  async read(view: Uint8Array, position: number, call: StoreCall): Promise<number> {
    let done = 0;
    const wanted = Math.min(view.length, this.#of.size - position);
    while (done < wanted) {
      const window = this.#at(position + done);
      done += await window.copy(view.subarray(done, wanted), position + done, call);
    }
    return wanted;
  }

  drop(): void {
    this.#current?.drop();
    this.#next?.drop();
    this.#current = this.#next = undefined;
  }

  #at(position: number): Window {
    if (this.#current?.failed === true || this.#next?.failed === true) this.#restart();
    if (this.#current?.holds(position) !== true) {
      if (this.#current?.end !== position) this.#restart();
      this.#follows = this.#current !== undefined;
      this.#spare = this.#current?.spare ?? this.#spare;
      this.#current = this.#next ?? this.#fetch(position);
      this.#next = undefined;
    }
    const current = this.#current;
    // The next window is requested before the reader reaches the end of the current one: in the middle of the first window,
    // and at the start of all others, because a reader that has read one window to its end probably continues.
    const due = this.#follows ? current.start : (current.start + current.end) / 2;
    if (this.#next === undefined && current.end < this.#of.size && position >= due)
      this.#next = this.#fetch(current.end);
    return current;
  }

  #restart(): void {
    this.drop();
    this.#size = Math.min(FIRST_WINDOW, this.#largest);
  }

  #fetch(start: number): Window {
    const size = Math.min(this.#size, this.#largest);
    this.#size = Math.min(this.#size * 2, this.#largest);
    const memory = this.#spare;
    this.#spare = undefined;
    return new Window(this.#of, start, Math.min(start + size, this.#of.size), memory);
  }
}
