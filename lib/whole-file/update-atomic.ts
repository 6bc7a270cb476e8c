// updateAtomic: reads, changes and replaces a file without losing changes of others.
import { constants } from 'node:fs';

import { type Bytes, toBytes } from '../arguments/bytes.js';
import { optionReader, unchecked } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { codeOf, invalidArgType } from '../errors/index.js';
import { keepAsGiven, nameCaller } from '../filesystem/errors.js';
import type { FilePath, ReplaceOptions } from '../filesystem/filesystem.js';
import { storeToRead, storeToWrite } from '../filesystem/mounts.js';
import type { Store } from '../filesystem/store.js';
import { withTables } from '../file/load-tables.js';
import { checkTextOptions } from '../file/text-options.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { pause, unlessEnded } from '../schedule/watch-call.js';
import { decodeAll } from '../text/decode-all.js';
import { encode, encodeUtf8 } from '../text/encoder.js';
import { findCodec } from '../text/registry.js';
import { ATOMIC_CHECKS, type AtomicOptions } from './write-atomic.js';
import { type LockedFile, lockPath } from './lock-file.js';
import { pathAtCall } from './path-at-call.js';
import { withPathLock } from './path-lock.js';
import { replaceBy } from './write-source.js';

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants;
// On Windows, others cannot read what is locked. A byte that no file reaches also conflicts with locks of whole files, and
// every reader can read the file.
const RANGE =
  process.platform === 'win32'
    ? { shared: false, position: 2 ** 52, size: 1 }
    : { shared: false, position: 0, size: 0 };
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;
/** How often a file can appear and disappear between two checks before it counts as a dangling link. */
const MOST_VANISHINGS = 20;

/** Options of `updateAtomic`. */
export interface UpdateOptions
  extends OpOptions, Pick<AtomicOptions, 'durable' | 'permissions' | 'inPlaceIfBusy'> {
  /** The callback receives and returns a string in this encoding. Without it, the callback receives a Buffer. */
  encoding?: string | undefined;
}

const { durable, permissions, inPlaceIfBusy } = ATOMIC_CHECKS;
const readOptions = optionReader({ durable, permissions, inPlaceIfBusy, encoding: unchecked });

type Content = string | Bytes;
/** Calls the user's callback with the current content, and converts its result to bytes. */
type Change = (old: Buffer | null) => Promise<Uint8Array>;

/** One call of `updateAtomic`, checked. */
interface Update {
  readonly store: Store;
  readonly at: () => FilePath;
  readonly change: Change;
  readonly options: ReplaceOptions;
  readonly call: Call | undefined;
}

/**
 * Reads a file, calls `callback` with its content, and replaces the file with the result of the callback, as
 * `writeAtomic` does. It holds a lock, so no changes are lost that other processes or other callers make with
 * `updateAtomic`. Calls in one thread run in call order. `writeAtomic` of the same path in this thread waits for them, so
 * the callback must not wait for either function.
 *
 * The lock is a lock of the file itself. No other file is left behind, even if the process is killed. Readers do not
 * need a lock, because the path always leads to the complete old or new content.
 *
 * The callback is called again if the process had no descriptor left to write the result, and if another process was
 * faster and the file could not be locked. The latter applies to file systems that have conditional writes but no locks,
 * such as S3, and to files that do not exist yet.
 * @param callback receives the content, or null if the file does not exist, and returns the new content or a promise of
 *   it (strings are UTF-8 unless `encoding` says otherwise). If it throws, `updateAtomic` rejects with this error, and
 *   nothing changes.
 * @param o `encoding` (the callback receives a string; line endings are not translated), `durable` (true),
 *   `permissions` (those of the old file, else 0o666), `signal`, `lane`, `timeout` (of the whole call; once the replacement has
 *   begun it is finished)
 * @returns nothing
 * @throws what the callback throws; EACCES and the system's other errors in Node's shape; UnsupportedOperationError on
 *   a file system with neither locks nor conditional writes; UnicodeDecodeError, UnicodeEncodeError,
 *   UnknownEncodingError; TypeError and RangeError for bad arguments; AbortError, TimeoutError
 * @cancelling the old file stays. If the callback is still running, its result is ignored; once the replacement has begun it is
 *   completed
 * @platforms as `writeAtomic` and `lockFile`
 * @example await updateAtomic('visits.json', (old) => JSON.stringify(JSON.parse(old ?? '0') + 1), { encoding: 'utf-8'
 * });
 */
export function updateAtomic(
  path: Path,
  callback: (old: string | null) => Content | Promise<Content>,
  o: UpdateOptions & { encoding: string },
): Promise<void>;
export function updateAtomic(
  path: Path,
  callback: (old: Buffer | null) => Content | Promise<Content>,
  o?: UpdateOptions & { encoding?: undefined },
): Promise<void>;
export async function updateAtomic(
  path: Path,
  callback:
    | ((old: string | null) => Content | Promise<Content>)
    | ((old: Buffer | null) => Content | Promise<Content>),
  o?: UpdateOptions,
): Promise<void> {
  const { call, encoding, ...options } = readOptions(o);
  const given = toPathBytes(path);
  if (typeof callback !== 'function') throw invalidArgType('callback', 'of type function', callback);
  const checked = withTables(() => changeBy(callback as (old: unknown) => unknown, encoding, call), call);
  storeToRead(given);
  const store = storeToWrite(given);
  const isLockable = store.can('locks');
  if (!isLockable && !store.can('conditional')) throw store.unsupported('locks', 'lock files');
  const at = pathAtCall(given);
  const change = checked instanceof Promise ? await checked : checked;
  const update = { store, at, change, options, call };
  try {
    await withPathLock(given, call, () =>
      isLockable ? updateWithDescriptors(update) : updateIfSame(update),
    );
  } catch (error) {
    nameCaller(error, updateAtomic);
    throw error;
  }
}

/** What the callback returns. Its errors reach the caller unchanged. */
async function answerOf(
  callback: (old: unknown) => unknown,
  old: unknown,
  call: Call | undefined,
): Promise<unknown> {
  try {
    return await unlessEnded(callback(old), call);
  } catch (error) {
    if (error instanceof Error) keepAsGiven(error);
    throw error;
  }
}

function changeBy(callback: (old: unknown) => unknown, encoding: unknown, call: Call | undefined): Change {
  if (encoding === undefined) {
    return async (old) => {
      const data = await answerOf(callback, old, call);
      return typeof data === 'string' ? encodeUtf8(data) : toBytes(data, 'the result of callback');
    };
  }
  const text = checkTextOptions({ encoding, newline: '' }, false);
  const codec = findCodec(text.encoding)!;
  const decode = { codec, errors: text.errors, newline: text.newline };
  return async (old) => {
    const data = await answerOf(callback, old === null ? null : decodeAll(old, decode), call);
    if (typeof data !== 'string') return toBytes(data, 'the result of callback');
    const bytes = encode(data, codec, text.errors);
    return codec.mark === null || bytes.length === 0 ? bytes : Buffer.concat([codec.mark, bytes]);
  };
}

// Hundreds of updates that each held a locked file and waited for the descriptors of its replacement would wait for each
// other. So one that gets none closes its file, waits, and begins again.
async function updateWithDescriptors(update: Update): Promise<void> {
  const { store, call } = update;
  const change: Change = (old) =>
    update.change(old).catch((error: unknown) => {
      throw new FinalError(error);
    });
  const attempt = async (): Promise<void> => {
    try {
      await updateLocked({ ...update, change });
    } catch (error) {
      // Only after a failed open is it certain that nothing has been replaced.
      const { syscall } = error as NodeJS.ErrnoException;
      throw error instanceof FinalError || syscall === 'open' ? error : new FinalError(error);
    }
  };
  try {
    await store.withDescriptors(attempt, call);
  } catch (error) {
    throw error instanceof FinalError ? error.cause : error;
  }
}

async function updateLocked(update: Update): Promise<void> {
  const { store, at, change, options, call } = update;
  for (let vanishings = 0; ; vanishings++) {
    let locked: LockedFile;
    try {
      locked = await lockPath(store, at, (o) => store.open(at(), O_RDWR, 0, o), RANGE, call);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      if (await createFile(update, vanishings < MOST_VANISHINGS)) return;
      continue;
    }
    try {
      const bytes = await change(await locked.file.readToEnd(0, call));
      return void (await store.replaceFile(at(), bytes, options, call, false));
    } finally {
      await locked.close();
    }
  }
}

/** There is no file to lock yet, so the first writer wins. False if another writer was first. */
async function createFile(update: Update, mayRepeat: boolean): Promise<boolean> {
  const { store, at, change, options, call } = update;
  const bytes = await change(null);
  try {
    await replaceBy(
      store,
      at(),
      O_WRONLY | O_CREAT | O_EXCL,
      { ...options, exclusive: true },
      async (file) => bytes.byteLength > 0 && (await file.write(bytes, 0, false, call)),
      (publish) => publish(),
      call,
    );
    return true;
  } catch (error) {
    if (mayRepeat && codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

// Without locks, the write succeeds only if there was no other write since the read.
async function updateIfSame(update: Update): Promise<void> {
  const { store, at, change, options, call } = update;
  for (let longest = SHORTEST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      const old = await readTagged(store, at(), call);
      const bytes = await change(old?.data ?? null).catch((error: unknown) => {
        throw new FinalError(error);
      });
      if (old === null) {
        const { permissions: bits = 0o666 } = options;
        return void (await store.writeFile(at(), bytes, O_WRONLY | O_CREAT | O_EXCL, bits, call));
      }
      return void (await store.replaceFile(at(), bytes, { ...options, ifMatch: old.etag }, call));
    } catch (error) {
      if (error instanceof FinalError) throw error.cause;
      const code = codeOf(error);
      if (code !== 'ESTALE' && code !== 'EEXIST') throw error;
    }
    await pause(Math.random() * longest, call);
  }
}

// An error that ends the update, although it may look like one after which it is repeated.
class FinalError extends Error {
  constructor(cause: unknown) {
    super('the update failed', { cause });
  }
}

async function readTagged(
  store: Store,
  path: FilePath,
  call: Call | undefined,
): Promise<{ data: Buffer; etag: string } | null> {
  let file;
  try {
    file = await store.open(path, O_RDONLY, 0, call);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { etag } = (await file.stat(call)) as { etag?: unknown };
    if (typeof etag !== 'string') throw store.unsupported('conditional', 'tell the ETag of a file');
    return { data: await file.readToEnd(0, call), etag };
  } finally {
    await file.close();
  }
}
