// The public side of locks: what f.lock and f.tryLock do, and the class FileLock.
import { checkPosition } from '../arguments/numbers.js';
import { flag, optionReader } from '../arguments/options.js';
import { outOfRange } from '../errors/index.js';
import type { OpOptions } from '../schedule/options.js';
import { asyncDispose } from './dispose.js';
import type { Handle } from './handle.js';
import { placeOf } from './lock-order.js';
import { checkLockable, FileLocks, type LockWish } from './locks.js';

const LARGEST_END = 2n ** 63n - 1n;

/** Options of `lock` and `tryLock`. */
export interface LockOptions extends OpOptions {
  /** True: other handles can hold shared locks of the same bytes at the same time. False (default): they cannot. */
  shared?: boolean | undefined;
  /** The first byte. Default 0. */
  position?: number | bigint | undefined;
  /** The number of bytes. Default 0: to the end of the file, even if it grows. */
  size?: number | bigint | undefined;
}

const offset = (value: unknown, name: string): number | bigint =>
  value === undefined ? 0 : checkPosition(value, name);

/** Checks these options. */
export const LOCK_CHECKS = { shared: flag(false), position: offset, size: offset };

const readOptions = optionReader(LOCK_CHECKS);

/** Rejects a range that ends after the largest possible offset. */
export function checkRange({ position, size }: LockWish): void {
  if (BigInt(position) + BigInt(size) > LARGEST_END)
    throw outOfRange('options.size', '<= 2 ** 63 - 1 together with options.position', size);
}

/**
 * A lock. It ends when it is released, when its handle is closed, and when the process ends for any reason.
 * @throws the error of the flush, and the system's errors
 * @cancelling a release takes no signal
 * @platforms see docs/locks.md
 * @example await using lock = await f.lock();
 */
export class FileLock {
  /** Whether other handles can hold shared locks of the same bytes. */
  readonly shared: boolean;
  readonly #release: () => Promise<void>;
  #released: Promise<void> | undefined;

  /** @internal */
  constructor(shared: boolean, release: () => Promise<void>) {
    this.shared = shared;
    this.#release = release;
  }

  /**
   * Flushes the handle's buffer and releases the lock, even if the flush fails. Releasing again has no effect.
   * @example await lock.release();
   */
  release(): Promise<void> {
    if (this.#released !== undefined) return this.#released.catch(() => undefined);
    return (this.#released = this.#release());
  }

  /** Releases the lock. `await using` calls this at the end of the block. */
  [asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** Locks a range of a handle's file. Resolves to null if `waits` is false and the range is not free. */
export async function lockHandle(
  handle: Handle,
  waits: boolean,
  o: LockOptions | undefined,
): Promise<FileLock | null> {
  const options = readOptions(o);
  checkRange(options);
  if (options.shared) handle._checkReadable();
  else handle._checkWritable();
  const { _io: io } = handle;
  checkLockable(io.file);
  const locks = (io.locks ??= new FileLocks(io.file, placeOf(handle.name)));
  const lock = await locks.acquire(options, waits, options.call);
  if (lock === undefined) return null;
  try {
    await handle._refresh();
  } catch (error) {
    await locks.release(lock).catch(() => undefined); // the first error is the one to report
    throw error;
  }
  return new FileLock(options.shared, async () => {
    if (io.closing !== undefined) return io.closing.catch(() => undefined);
    try {
      if (io.mode.writable) await handle._flushLocked();
    } finally {
      await locks.release(lock);
    }
  });
}
