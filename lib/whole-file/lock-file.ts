// Locks of files by path.
import { constants, type BigIntStats } from 'node:fs';

import { modeOption } from '../arguments/mode.js';
import { optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { codeOf } from '../errors/index.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { identityOf, isSameFile } from '../filesystem/identity.js';
import { storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { FOLLOW_BIGINT, type Store } from '../filesystem/store.js';
import { FileLock, LOCK_CHECKS, checkRange, type LockOptions } from '../file/file-lock.js';
import { inTurnOf, placeOf } from '../file/lock-order.js';
import { checkLockable, FileLocks, type LockWish } from '../file/locks.js';
import type { Call } from '../schedule/call.js';
import { pathAtCall } from './path-at-call.js';
import { setImmediate } from '../timers.js';

const { O_CREAT, O_RDONLY, O_RDWR } = constants;

/** Options of `lockFile`. */
export interface LockFileOptions extends LockOptions {
  /** Permission bits of a file that is created, before the umask. Default 0o666. */
  permissions?: number | undefined;
}

const readOptions = optionReader({ ...LOCK_CHECKS, permissions: modeOption(0o666) });

/**
 * Locks a file by its path. Creates the file if it does not exist, and does not remove it when the lock is released. Waits as
 * `f.lock` does. If the file is replaced or removed during the wait, locks the file that is at the path then.
 *
 * Use a separate lock file (`data.json.lock`) next to the data that it protects. If a locked file is replaced, the lock stays
 * with the old file. `updateAtomic` does not need a lock file.
 * @param o `shared` (false), `position` (bytes; 0), `size` (bytes; 0: to the end of the file), `permissions` (of a new
 *   file; 0o666), `signal`, `lane`, `timeout` (of the wait)
 * @returns the lock; `release()` or the end of an `await using` scope releases it
 * @throws EACCES and the system's other errors in Node's shape; UnsupportedOperationError on a file system without locks;
 *   TypeError and RangeError for bad arguments; AbortError, TimeoutError
 * @cancelling stops waiting immediately, and holds no lock
 * @platforms the whole file is locked where the system has no locks of ranges; Windows refuses reads of a
 *   range that is locked exclusively
 * @example
 * await using lock = await lockFile('state.lock', { timeout: 10_000 });
 */
export async function lockFile(path: Path, o?: LockFileOptions): Promise<FileLock> {
  const options = readOptions(o);
  checkRange(options);
  const at = pathAtCall(toPathBytes(path));
  const store = options.shared ? (storeToRead(at()), storeToWrite(at())) : storeToWrite(at());
  const once = openOrCreate(store, at, options.shared ? O_RDONLY : O_RDWR, options.permissions);
  const open = (call: Call | undefined): Promise<OpenFile> => store.withDescriptors(() => once(call), call);
  const { close } = await lockPath(store, at, open, options, options.call);
  return new FileLock(options.shared, close);
}

function openOrCreate(store: Store, at: () => FilePath, access: number, permissions: number) {
  return async (call: Call | undefined): Promise<OpenFile> => {
    try {
      return await store.open(at(), access, 0, call);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return store.open(at(), access | O_CREAT, permissions, call);
    }
  };
}

/** An open file that is locked. `close` releases the lock. */
export interface LockedFile {
  readonly file: OpenFile;
  readonly close: () => Promise<void>;
}

/** Opens a file and locks it, and repeats this until the locked file is the one at this path. */
export async function lockPath(
  store: Store,
  at: () => FilePath,
  open: (call: Call | undefined) => Promise<OpenFile>,
  wish: LockWish,
  call: Call | undefined,
): Promise<LockedFile> {
  if (!store.can('locks')) throw store.unsupported('locks', 'lock files');
  const place = placeOf(at());
  for (;;) {
    const { file, locks, granted } = await inTurnOf(place, () => request(place, open, wish, call), call);
    try {
      await granted;
      if (await isAt(store, at(), file, call))
        return { file, close: () => file.close().finally(() => locks.closed()) };
    } catch (error) {
      await file.close().catch(() => undefined); // the first error is the one to report
      locks.closed();
      throw error;
    }
    await file.close();
    locks.closed();
    // Of a file system whose `stat` never agrees with its files, all promises may be settled already.
    await new Promise(setImmediate);
  }
}

/**
 * Opens a file and requests its lock. The next call for the path opens it after that. If it were open before, earlier calls could
 * wait for its descriptor, and it for them.
 */
async function request(
  place: string,
  open: (call: Call | undefined) => Promise<OpenFile>,
  wish: LockWish,
  call: Call | undefined,
): Promise<{ file: OpenFile; locks: FileLocks; granted: Promise<unknown> }> {
  const file = await open(call);
  try {
    checkLockable(file);
    const locks = new FileLocks(file, place);
    await locks.identify(call);
    return { file, locks, granted: locks.acquire(wish, true, call, true) };
  } catch (error) {
    await file.close().catch(() => undefined); // the first error is the one to report
    throw error;
  }
}

async function isAt(store: Store, path: FilePath, file: OpenFile, call: Call | undefined): Promise<boolean> {
  const locked = await file.statBigInt(call);
  if (identityOf(locked) === undefined) return true;
  try {
    return isSameFile(locked, (await store.stat(path, FOLLOW_BIGINT, call)) as BigIntStats);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
