// writeAtomic: the path always leads to the complete old content or the complete new content.
import { constants } from 'node:fs';

import { modeOption } from '../arguments/mode.js';
import { flag, optionReader, text } from '../arguments/options.js';
import { toWholeBytes } from '../arguments/bytes.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import type { FilePath, ReplaceOptions } from '../filesystem/filesystem.js';
import { storeToWrite } from '../filesystem/mounts.js';
import { SourceReader } from '../file/byte-source.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { encodeUtf8 } from '../text/encoder.js';
import { isLocked, withPathLock } from './path-lock.js';
import { type FileData, isSource, replaceBy, withParents, writeSource } from './write-source.js';

/** Options of the functions that replace a file in one step. */
export interface AtomicOptions {
  /** Syncs the content before, and the directory after, the replacement. Default true. */
  durable?: boolean | undefined;
  /** Permission bits, before the umask. Default: those of the old file, or 0o666 if there is none. */
  permissions?: number | undefined;
  /** Replaces only a file with this ETag. For file systems with conditional writes, such as S3. */
  ifMatch?: string | undefined;
  /**
   * What to do if the file is a mount point, such as one that is bind-mounted into a container: nothing can replace it,
   * and the call rejects with EBUSY. True overwrites the file instead. That is **not atomic**: readers can see a
   * mixture of old and new content, and an error, a kill or a power cut leaves one. The file keeps its mode, owner and
   * hard links. Default false.
   */
  inPlaceIfBusy?: boolean | undefined;
}

/** Checks these options. */
export const ATOMIC_CHECKS = {
  durable: flag(true),
  permissions: modeOption(undefined),
  ifMatch: text(undefined),
  inPlaceIfBusy: flag(false),
};

const { O_CREAT, O_TRUNC, O_WRONLY } = constants;
const readOptions = optionReader({ ...ATOMIC_CHECKS, parents: flag(false) });

/** Options of `writeAtomic`. */
export interface WriteAtomicOptions extends OpOptions, AtomicOptions {
  /** Creates missing directories above the file. Default false. */
  parents?: boolean | undefined;
}

/**
 * Replaces the content of a file in one step. Writes all bytes to a new file in the same directory, syncs and renames
 * it, and syncs the directory. If the path is a link, replaces the file that it leads to. The new file gets the mode of
 * the old file, and its owner and extended attributes if permitted. Calls for the same path run one after another.
 * @param data bytes (all of the view, as they are at the call), a string, written as UTF-8, or a source of such: an
 *   iterable, an async iterable, a web stream or a Node stream. If a source fails, the old file stays.
 * @returns nothing
 * @throws the system's errors in Node's shape, without `bytesWritten`. The old file is then unchanged, and no other file is
 *   left. If the error's `committed` is true, the new content is in place, and only the directory could not be synced; what the
 *   source throws; UnicodeEncodeError for a string with a lone surrogate; TypeError and RangeError for bad arguments;
 *   ERR_INVALID_STATE for detached memory; AbortError and TimeoutError, before the rename only
 * @cancelling the old file stays, and no other file; once the rename has begun it is completed
 * @platforms Windows keeps neither attributes nor access list of the old file
 * @example await writeAtomic('settings.json', JSON.stringify(settings));
 */
export async function writeAtomic(path: Path, data: FileData, o?: WriteAtomicOptions): Promise<void> {
  const { call, parents, ...options } = readOptions(o);
  const at = toPathBytes(path);
  if (isSource(data)) return writeFrom(new SourceReader(data, 'data'), at, options, parents, call);
  const store = storeToWrite(at);
  let bytes = typeof data === 'string' ? encodeUtf8(data) : toWholeBytes(data);
  if (typeof data !== 'string' && (parents || isLocked(at))) bytes = Uint8Array.prototype.slice.call(bytes);
  await withPathLock(at, call, () =>
    withParents(store, at, parents, call, () => store.replaceFile(at, bytes, options, call)),
  );
}

// The write is queued among the writers of the path when the source has ended.
async function writeFrom(
  source: SourceReader,
  path: FilePath,
  options: ReplaceOptions,
  parents: boolean,
  call: Call | undefined,
): Promise<void> {
  try {
    const store = storeToWrite(path);
    const how = { ...options, exclusive: false };
    await withParents(store, path, parents, call, () =>
      replaceBy(
        store,
        path,
        O_WRONLY | O_CREAT | O_TRUNC,
        how,
        (file) => writeSource(file, source, false, call),
        (publish) => withPathLock(path, call, publish),
        call,
      ),
    );
  } catch (error) {
    await source.end().catch(() => undefined); // the first error is the one to report
    throw error;
  }
}
