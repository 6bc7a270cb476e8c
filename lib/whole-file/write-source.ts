// Writes a whole file from a source that returns its content in chunks.
import { type Bytes, isBytes } from '../arguments/bytes.js';
import { addBytesWritten, codeOf, dropBytesWritten, isEndOfCall } from '../errors/index.js';
import type { FilePath, ReplaceOptions } from '../filesystem/filesystem.js';
import { CURRENT, dropFile, type OpenFile } from '../filesystem/open-file.js';
import { makeDirectories, parentOf } from '../filesystem/generic/directories.js';
import type { Store } from '../filesystem/store.js';
import type { SourceReader } from '../file/byte-source.js';
import { type ByteSource } from '../file/byte-source.js';
import type { Call } from '../schedule/call.js';

/** Chunks that arrive during a write are collected up to this many bytes. */
const LARGEST_BATCH = 256 * 1024;

/** Data that a whole file can be written from. */
export type FileData = string | Bytes | ByteSource;

// An object that has only the prototype of bytes and no memory, such as a proxy, can be neither written nor iterated
// over.
const TypedArray = Object.getPrototypeOf(Uint8Array) as new () => object;

/** Whether `data` has to be iterated over. */
export function isSource(data: unknown): data is ByteSource {
  return typeof data === 'object' && data !== null && !isBytes(data) && !(data instanceof TypedArray);
}

/**
 * Writes all chunks of `source`, at the file's position or (`appending`) at its end.
 * @throws what the source throws, the system's errors, AbortError, TimeoutError; the source is then ended
 */
export async function writeSource(
  file: OpenFile,
  source: SourceReader,
  appending: boolean,
  call: Call | undefined,
): Promise<void> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let writing: Promise<void> | undefined;
  let written = 0;
  let failure: unknown;
  let end: unknown; // of the call, while it waited for the source
  const writeHeld = async (): Promise<void> => {
    try {
      while (held.length > 0) {
        const batch = Buffer.concat(held);
        held = [];
        heldBytes = 0;
        const { length } = batch; // its memory is handed over
        await (appending ? file.writeToEnd(batch, true, call) : file.write(batch, CURRENT, true, call));
        written += length;
      }
    } catch (error) {
      addBytesWritten(error, written);
      failure ??= error;
      held = [];
    }
    writing = undefined;
  };
  try {
    for (;;) {
      const chunk = await source.next(call);
      if (failure !== undefined || chunk === undefined) break;
      if (chunk.byteLength === 0) continue;
      // The source may reuse its memory.
      held.push(Uint8Array.prototype.slice.call(chunk));
      heldBytes += chunk.byteLength;
      writing ??= writeHeld();
      if (heldBytes >= LARGEST_BATCH) await writing;
    }
  } catch (error) {
    if (failure === undefined && isEndOfCall(error)) end = error;
    failure ??= error;
    held = [];
  }
  await writing;
  addBytesWritten(end, written);
  if (failure === undefined) return;
  await source.end().catch(() => undefined); // the first error is the one to report
  throw failure as Error;
}

/** Replaces the content of a file: `write` fills a file that is not visible, and then `publish` is queued. */
export async function replaceBy(
  store: Store,
  path: FilePath,
  flags: number,
  options: ReplaceOptions & { readonly exclusive: boolean },
  write: (file: OpenFile) => Promise<unknown>,
  inTurn: (publish: () => Promise<void>) => Promise<void>,
  call: Call | undefined,
): Promise<void> {
  const replacement = await store.openReplacement(path, flags, options, call);
  const { file } = replacement;
  let isOpen = true;
  try {
    await write(file);
    await inTurn(async () => {
      isOpen = false;
      await file.close();
      await replacement.publish();
    });
  } catch (error) {
    if (isOpen) await dropFile(file, error);
    dropBytesWritten(error);
    throw error;
  } finally {
    await replacement.drop();
  }
}

/** Runs `work`. If a parent directory of `path` is missing, creates it and runs `work` again. */
export async function withParents<T>(
  store: Store,
  path: FilePath,
  parents: boolean,
  call: Call | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!parents) return work();
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeDirectories(store, parentOf(path), 0o777, true, call);
    return work();
  }
}
