// The locks of a handle, of bytes or of text.
import { type FileLock, type LockableHandle, lockHandle, type LockOptions } from './file-lock.js';

/** What every handle of a file can do. */
export abstract class Lockable {
  /** @internal What its locks ask of the handle. */
  abstract _lockable(): LockableHandle;

  /**
   * Locks a range of the file; by default, the whole file. Waits for earlier requests in this thread, in call order, and for
   * other threads and processes. Waiting uses no thread. All handles exclude each other, even within one process. A second lock
   * of the same bytes through the same handle waits for the first.
   *
   * When the lock is granted, the handle discards data that it has read ahead. `release` flushes the handle's buffer. The lock
   * ends when the handle is closed and when the process ends. See docs/locks.md for network file systems.
   * @param o `shared` (false), `position` (bytes, also in a text file; 0), `size` (bytes; 0: to the end of the file, wherever that
   *   comes to be), `signal`, `lane`, `timeout` (of the wait)
   * @returns the lock, which `await using` releases
   * @throws ClosedFileError, also if the handle is closed during the wait; UnsupportedOperationError if the handle is not
   *   writable (for a shared lock, not readable) or the file system has no locks; ENOLCK and other errors of the system;
   *   TypeError and RangeError for the options; AbortError, TimeoutError
   * @cancelling ends the wait
   * @platforms locks are advisory, except on Windows, where other programs cannot read or write the locked range
   * @example
   * await using lock = await f.lock({ timeout: 1000 });
   * await f.write(record);
   */
  lock(o?: LockOptions): Promise<FileLock> {
    return lockHandle(this._lockable(), true, o) as Promise<FileLock>;
  }

  /**
   * As `lock`, but does not wait.
   * @returns the lock, or null if another lock or an earlier request conflicts with it
   * @example const lock = await f.tryLock();
   */
  tryLock(o?: LockOptions): Promise<FileLock | null> {
    return lockHandle(this._lockable(), false, o);
  }
}
