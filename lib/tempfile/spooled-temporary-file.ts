// spooledTemporaryFile: a temporary file that stays in memory while it is small.
import { inspect } from 'node:util';

import { checkItems } from '../arguments/bytes.js';
import { UnsupportedOperationError } from '../errors/index.js';
import { BinaryFile } from '../file/binary-file.js';
import { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import type { WriteOptions } from '../file/positional.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import { resolveHandle } from '../open/options.js';
import type { OpOptions } from '../schedule/options.js';
import { throwIfEnded } from '../schedule/watch-call.js';
import {
  placeOf,
  readSpoolOptions,
  type TempAnyOptions,
  type TempBinaryOptions,
  type TempRawOptions,
  type TempTextOptions,
} from './options.js';
import { SpoolFile } from './spool-file.js';

/** When the file leaves memory. */
export interface SpoolOptions {
  /** The maximum number of bytes (not characters) that are kept in memory. Default 0: 1 GiB. */
  maxSize?: number | undefined;
}

/**
 * The additional members of a spooled file.
 * @cancelling the content stays in memory
 * @platforms the same on all systems
 * @example await file.rollover();
 */
export interface Rollover {
  /** Null while the content is in memory, then the descriptor of the file. */
  readonly name: number | null;
  /**
   * Moves the content to a real file. If it has already been moved, this has no effect.
   * @throws the system's errors; the complete content then stays in memory
   */
  rollover(o?: OpOptions): Promise<void>;
}

/** A handle whose content is in memory until it grows too large. */
export type Spooled<Handle> = Omit<Handle, 'name'> & Rollover;

/** What `spooledTemporaryFile` resolves to. */
export type SpooledFile = Spooled<RawFile> | Spooled<BinaryFile> | Spooled<TextFile>;

/**
 * Creates a temporary file in memory. There are no system calls until more than `maxSize` bytes have been written, the file
 * is truncated to a larger size, or `rollover()` is called. Then the content moves to a `temporaryFile`, and position,
 * encoding state and newlines are kept. Before that, `fileno()` throws ERR_UNSUPPORTED_OPERATION.
 * @param o `maxSize` in bytes (0: 1 GiB), `mode` (`'w+b'`), `buffering`, `encoding`, `errors`, `newline`, `suffix`,
 *   `prefix`, `dir`, `signal`, `lane`, `timeout` (ms)
 * @returns the handle for the mode, with `rollover()`
 * @throws TypeError ERR_INVALID_ARG_TYPE / ERR_INVALID_ARG_VALUE, RangeError ERR_OUT_OF_RANGE, UnknownEncodingError,
 *   AbortError, TimeoutError
 * @cancelling nothing is left behind
 * @platforms the same on Linux, macOS and Windows
 * @example
 * await using body = await spooledTemporaryFile({ maxSize: 1 << 20 });
 * for await (const chunk of request) await body.write(chunk);
 * @see https://docs.python.org/3/library/tempfile.html#tempfile.SpooledTemporaryFile
 */
export function spooledTemporaryFile(o: TempRawOptions & SpoolOptions): Promise<Spooled<RawFile>>;
export function spooledTemporaryFile(o?: TempBinaryOptions & SpoolOptions): Promise<Spooled<BinaryFile>>;
export function spooledTemporaryFile(o: TempTextOptions & SpoolOptions): Promise<Spooled<TextFile>>;
export function spooledTemporaryFile(o: TempAnyOptions & SpoolOptions): Promise<SpooledFile>;
export async function spooledTemporaryFile(o?: TempAnyOptions & SpoolOptions): Promise<SpooledFile> {
  const own = readSpoolOptions(o);
  const resolved = resolveHandle(own.mode, own, 'options.mode');
  throwIfEnded(own.call);
  // The call that exceeds the limit creates the file, so the signal of this call does not apply.
  const call = own.call?.uninterrupted();
  const { appending } = resolved.mode;
  const kind = { anonymous: true, appending, deleteOnClose: true };
  const spool = new SpoolFile(own.maxSize, appending, async () => {
    const placed = placeOf(own, call);
    const { place, store } = placed instanceof Promise ? await placed : placed;
    return (await store.createTemporaryFile(place, kind, call)).file;
  });
  const handle = buildHandle(spool, '', resolved);
  return attachRollover(handle, spool, resolved.modeName);
}

// Handles do not know which file they use. What differs for a spooled one is set on the objects themselves, on every layer,
// so that it holds for `buffer` and `raw` as well.
function attachRollover(handle: AnyFile, spool: SpoolFile, mode: string): SpooledFile {
  const buffer =
    handle instanceof RawFile ? undefined : handle instanceof BinaryFile ? handle : handle.buffer;
  for (const layer of new Set<AnyFile>([handle, buffer ?? handle, buffer?.raw ?? handle])) {
    const fileno = layer.fileno.bind(layer);
    define(layer, 'fileno', () => {
      layer._check();
      if (!spool.rolled) throw new UnsupportedOperationError('the file is in memory: call rollover() first');
      return fileno();
    });
    const shown = (): string => `${layer.constructor.name} { spooled, ${placeOfContent(layer, spool)} }`;
    define(layer, inspect.custom, shown);
    Object.defineProperty(layer, 'name', {
      get: () => (spool.rolled ? spool.fd : null),
      configurable: true,
      enumerable: true,
    });
    // As in Python, the mode is the requested one in memory, and then that of the real file.
    if (layer === (buffer ?? handle)) {
      const rolledMode = layer.mode;
      Object.defineProperty(layer, 'mode', {
        get: () => (spool.rolled ? rolledMode : mode),
        configurable: true,
        enumerable: true,
      });
    }
    // Set on each layer, so that the remaining layers can still move to disk after a detach.
    define(layer, 'rollover', async (o?: OpOptions) => {
      await layer.flush(o);
      await spool.rollOver();
    });
    if (buffer !== undefined && layer !== buffer.raw && spool.maxSize > 0) watchWrites(layer, buffer, spool);
  }
  return handle as unknown as SpooledFile;
}

function placeOfContent(layer: AnyFile, spool: SpoolFile): string {
  if (layer.closed) return 'closed';
  if (!spool.rolled) return `${spool.size} bytes in memory`;
  return spool.fd < 0 ? 'rolled over' : `fd=${spool.fd}`;
}

type Write<Result> = (data: never, o?: WriteOptions) => Promise<Result>;
type Items = Iterable<unknown> | AsyncIterable<unknown>;

// The spool counts only flushed bytes. Bytes in the handle's buffer count as well, so the write that exceeds the limit
// flushes it.
function watchWrites(layer: AnyFile, buffer: BinaryFile, spool: SpoolFile): void {
  const tooLarge = (): boolean => !spool.rolled && sizeWith(buffer, spool) > spool.maxSize;
  const write: Write<number> = layer.write.bind(layer);
  const writelines: Write<void> = layer.writelines.bind(layer);

  // The bytes were accepted. If they cannot be moved, the flush or close that tries again reports the error.
  define(layer, 'write', async (data: never, o?: WriteOptions) => {
    const written = await write(data, o);
    if (tooLarge()) await layer.flush(o).catch(() => undefined);
    return written;
  });

  // Checked after each item, because the source can be larger than the memory. The next item is requested when the
  // previous one has been written, so that no other call runs.
  async function* watched(items: Items): AsyncGenerator {
    for await (const item of items) {
      yield item;
      if (tooLarge()) await buffer._layer.writePending().catch(() => undefined);
    }
  }
  define(layer, 'writelines', (items: never, o?: WriteOptions) =>
    writelines((isListOfItems(items) ? watched(items) : items) as never, o),
  );
}

// Invalid items are rejected by the method itself.
function isListOfItems(items: unknown): items is Items {
  try {
    checkItems(items);
    return true;
  } catch {
    return false;
  }
}

function sizeWith(file: BinaryFile, spool: SpoolFile): number {
  const { pendingLength, position } = file._layer;
  if (pendingLength === 0) return spool.size;
  return file._io.mode.appending ? spool.size + pendingLength : Math.max(spool.size, position);
}

function define(target: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
