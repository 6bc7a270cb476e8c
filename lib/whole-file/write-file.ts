// Writes a whole file in one operation (open, write all bytes, close), or from a source that produces it in parts.
import { constants } from 'node:fs';

import { toWholeBytes } from '../arguments/bytes.js';
import { modeOption } from '../arguments/mode.js';
import { flag, optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import type { FilePath } from '../filesystem/filesystem.js';
import { storeToWrite } from '../filesystem/mounts.js';
import { dropFile, type OpenFile } from '../filesystem/open-file.js';
import type { Store } from '../filesystem/store.js';
import { SourceReader } from '../file/byte-source.js';
import type { Call } from '../schedule/call.js';
import type { OpOptions } from '../schedule/options.js';
import { encodeUtf8 } from '../text/encoder.js';
import { type FileData, isSource, withParents, writeSource } from './write-source.js';

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;

/** Options of `writeFile` and `appendFile`. */
export interface WriteFileOptions extends OpOptions {
  /** Permission bits of a file that is created, before the umask. Default 0o666. */
  permissions?: number | undefined;
  /** Creates missing directories above the file. Default false. */
  parents?: boolean | undefined;
}

const readOptions = optionReader({ permissions: modeOption(0o666), parents: flag(false) });

function write(path: Path, data: unknown, flags: number, o: WriteFileOptions | undefined): Promise<void> {
  try {
    const { permissions, parents, call } = readOptions(o);
    const at = toPathBytes(path);
    if (isSource(data)) {
      const source = new SourceReader(data, 'data');
      const store = storeToWrite(at);
      return writeFrom(store, at, source, flags, permissions, parents, call);
    }
    const bytes = typeof data === 'string' ? encodeUtf8(data) : toWholeBytes(data);
    const store = storeToWrite(at);
    if (!parents) return store.writeFile(at, bytes, flags, permissions, call);
    const kept = Uint8Array.prototype.slice.call(bytes);
    return withParents(store, at, true, call, () => store.writeFile(at, kept, flags, permissions, call));
  } catch (error) {
    return Promise.reject(error);
  }
}

async function writeFrom(
  store: Store,
  path: FilePath,
  source: SourceReader,
  flags: number,
  permissions: number,
  parents: boolean,
  call: Call | undefined,
): Promise<void> {
  let file;
  try {
    // A source whose first chunk fails must not destroy the old content.
    await source.begin(call);
    const open = (): Promise<OpenFile> => store.open(path, flags, permissions, call);
    file = await withParents(store, path, parents, call, () => store.withDescriptors(open, call));
  } catch (error) {
    await source.end().catch(() => undefined); // the first error is the one to report
    throw error;
  }
  try {
    await writeSource(file, source, (flags & O_APPEND) !== 0, call);
  } catch (error) {
    await dropFile(file, error);
    throw error;
  }
  await file.close();
}

/**
 * Replaces the content of a file. Creates the file if it does not exist. This is not atomic: see `writeAtomic`.
 * @param data bytes (all of the view), a string, written as UTF-8, or a source of such: an iterable, an async iterable,
 *   a web stream or a Node stream. If a source fails, the call rejects, and the earlier chunks are in the file.
 * @param o `permissions` (0o666), `parents` (false), `signal`, `lane`, `timeout` (of the whole call)
 * @returns nothing
 * @throws the system's errors in Node's shape, with `bytesWritten` when it stopped part-way; what the source throws;
 *   UnicodeEncodeError for a string with a lone surrogate; TypeError for bad arguments; ERR_INVALID_STATE for detached memory;
 *   AbortError, TimeoutError
 * @cancelling a running write stops within a megabyte; `bytesWritten` of the error counts what was written
 * @platforms `permissions`: Windows has only the owner's write permission
 * @example await writeFile('logs/today/notes.txt', 'hello\n', { parents: true });
 */
export function writeFile(path: Path, data: FileData, o?: WriteFileOptions): Promise<void> {
  return write(path, data, O_WRONLY | O_CREAT | O_TRUNC, o);
}

/**
 * Appends `data` to a file. Creates the file if it does not exist. Options and errors are those of `writeFile`.
 * @returns nothing
 * @throws as `writeFile`
 * @cancelling a running write stops within a megabyte; `bytesWritten` of the error counts what was
 *   written
 * @platforms as `writeFile`
 * @example await appendFile('server.log', `${new Date().toISOString()} started\n`);
 */
export function appendFile(path: Path, data: FileData, o?: WriteFileOptions): Promise<void> {
  return write(path, data, O_WRONLY | O_CREAT | O_APPEND, o);
}
