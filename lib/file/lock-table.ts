// Decides which requests of one thread may lock which bytes of a file: in request order, by range and by kind of lock.
//
// A request waits for the earlier ones that it conflicts with, and for no others. It refers to them back to the nearest
// exclusive one that covers its range, because that one waits for everything before it. So a queue of locks of whole
// files costs one reference per request, however long it is.

/** The end of a range that reaches to the end of the file. */
export const TO_THE_END = 1n << 63n;

/** A request for a lock, and the lock. */
export class LockRequest {
  readonly start: bigint;
  readonly end: bigint;
  readonly shared: boolean;
  /** The open file that the lock is for. */
  readonly owner: object;
  /** Called when no earlier request conflicts with it any more. */
  onTurn: (() => void) | undefined;
  /** How many earlier requests it waits for. */
  blockers = 0;
  /** The later requests that wait for it. */
  readonly blocked = new Set<LockRequest>();
  earlier: LockRequest | undefined;
  later: LockRequest | undefined;

  constructor(owner: object, start: bigint, end: bigint, shared: boolean) {
    this.owner = owner;
    this.start = start;
    this.end = end;
    this.shared = shared;
  }

  conflictsWith(other: LockRequest): boolean {
    return !(this.shared && other.shared) && this.start < other.end && other.start < this.end;
  }

  covers(other: LockRequest): boolean {
    return !this.shared && this.start <= other.start && other.end <= this.end;
  }
}

/** The requests for locks of one file, those that have been granted among them. */
export class LockTable {
  #latest: LockRequest | undefined;

  get empty(): boolean {
    return this.#latest === undefined;
  }

  /**
   * Adds a request after all others. If its `blockers` are 0, it can be granted now. Otherwise, `onTurn` is called when
   * it can.
   */
  add(request: LockRequest): void {
    this.#link(request, this.#latest);
    request.earlier = this.#latest;
    if (this.#latest !== undefined) this.#latest.later = request;
    this.#latest = request;
  }

  #link(request: LockRequest, from: LockRequest | undefined): void {
    for (let other = from; other !== undefined; other = other.earlier) {
      if (!other.conflictsWith(request)) continue;
      other.blocked.add(request);
      request.blockers++;
      if (other.covers(request)) return;
    }
  }

  /** Takes a request out, granted or not. */
  remove(request: LockRequest): void {
    const { earlier, later } = request;
    if (later === undefined) this.#latest = earlier;
    else later.earlier = earlier;
    if (earlier !== undefined) earlier.later = later;
    request.earlier = request.later = undefined;
    if (request.blockers > 0) this.#unlink(request, earlier);
    for (const other of request.blocked) {
      other.blockers--;
      // Where its search for conflicts stopped.
      if (request.covers(other)) this.#link(other, earlier);
    }
    for (const other of request.blocked) if (other.blockers === 0) other.onTurn?.();
    request.blocked.clear();
  }

  // A request that is withdrawn while it waits.
  #unlink(request: LockRequest, from: LockRequest | undefined): void {
    for (let other = from; other !== undefined && request.blockers > 0; other = other.earlier)
      if (other.blocked.delete(request)) request.blockers--;
  }
}
