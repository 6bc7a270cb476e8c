// Locks of a file in memory: which open file has locked which bytes. An open file never excludes itself.
import type { LockRange } from '../filesystem.js';

interface Lock {
  readonly owner: object;
  readonly start: bigint;
  readonly end: bigint;
  readonly shared: boolean;
}

const TO_THE_END = 1n << 63n;

function boundsOf({ position, size }: LockRange): [start: bigint, end: bigint] {
  const start = BigInt(position);
  return [start, BigInt(size) === 0n ? TO_THE_END : start + BigInt(size)];
}

/** The locks of one file. */
export class FileLocks {
  #locks: Lock[] = [];

  /** Locks a range for `owner`, and replaces its own locks in the range. False if a lock of another owner conflicts. */
  tryLock(owner: object, range: LockRange, shared: boolean): boolean {
    const [start, end] = boundsOf(range);
    for (const lock of this.#locks)
      if (lock.owner !== owner && !(lock.shared && shared) && lock.start < end && start < lock.end)
        return false;
    this.unlock(owner, range);
    this.#locks.push({ owner, start, end, shared });
    return true;
  }

  /** Releases the locks of `owner` in a range. */
  unlock(owner: object, range: LockRange): void {
    const [start, end] = boundsOf(range);
    this.#locks = this.#locks.flatMap((lock) => {
      if (lock.owner !== owner || end <= lock.start || lock.end <= start) return [lock];
      const rest: Lock[] = [];
      if (lock.start < start) rest.push({ ...lock, end: start });
      if (end < lock.end) rest.push({ ...lock, start: end });
      return rest;
    });
  }

  /** Releases all locks of `owner`. */
  release(owner: object): void {
    this.#locks = this.#locks.filter((lock) => lock.owner !== owner);
  }
}
