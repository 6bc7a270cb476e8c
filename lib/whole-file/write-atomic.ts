// writeAtomic: the old file or the new one, whole, whatever happens in between.
import { toBytes } from '../arguments/bytes.js';
import { optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { storeToWrite } from '../filesystem/mounts.js';
import type { OpOptions } from '../schedule/options.js';
import { ATOMIC_CHECKS, type AtomicOptions } from './atomic-options.js';
import { isLocked, withPathLock } from './path-lock.js';

const readOptions = optionReader(ATOMIC_CHECKS);

/** Options of `writeAtomic`. */
export interface WriteAtomicOptions extends OpOptions, AtomicOptions {}

/**
 * Replaces a file's content in one step: all bytes into a new file beside it, fsync, rename, fsync of the directory. A
 * link stays a link to what is replaced. Mode, and owner and extended attributes where permitted, are the old file's.
 * Calls for one path are carried out one after another.
 * @param data bytes (all of the view, as they are at the call), or a string, written as UTF-8
 * @throws the system's errors in Node's shape: the old file is untouched then and no other stays, unless the error's
 *   `committed` is true, when the new content is in place and only the directory could not be synced; TypeError and
 *   RangeError for bad arguments; AbortError and TimeoutError, before the rename only
 * @example await writeAtomic('settings.json', JSON.stringify(settings));
 */
export async function writeAtomic(
  path: Path,
  data: string | ArrayBufferView | ArrayBufferLike,
  o?: WriteAtomicOptions,
): Promise<void> {
  const { call, ...options } = readOptions(o);
  const at = toPathBytes(path);
  const store = storeToWrite(at);
  let bytes = typeof data === 'string' ? data : toBytes(data);
  if (typeof bytes !== 'string' && isLocked(at)) bytes = Uint8Array.prototype.slice.call(bytes);
  await withPathLock(at, call, () => store.replaceFile(at, bytes, options, call));
}
