// openAtomic: a file that is written in pieces and appears all at once.
import { isIterable } from '../arguments/bytes.js';
import { optionReader } from '../arguments/options.js';
import { type Path, toPathBytes } from '../arguments/path.js';
import { ClosedFileError, codeOf, invalidArgValue } from '../errors/index.js';
import { storeToWrite } from '../filesystem/mounts.js';
import { dropFile } from '../filesystem/open-file.js';
import type { Replacement } from '../filesystem/store.js';
import { BinaryFile } from '../file/binary-file.js';
import { asyncDispose } from '../file/dispose.js';
import { withTables } from '../file/load-tables.js';
import { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import type { BinaryMode, TextMode } from '../file/mode.js';
import { HANDLE_CHECKS, type OpenOptions, resolveHandle, type TextOpenOptions } from '../open/options.js';
import { ATOMIC_CHECKS, type AtomicOptions } from './write-atomic.js';
import { withPathLock } from './path-lock.js';

/** Options of `openAtomic`. */
export type OpenAtomicOptions = Omit<TextOpenOptions, 'closefd' | 'opener'> & AtomicOptions;
type BinaryAtomicOptions = Omit<OpenOptions, 'closefd' | 'opener'> & AtomicOptions;

/** A handle whose content takes the old file's place on `commit` or `close`, and never otherwise. */
export type Atomic<File> = File & {
  /**
   * Flushes, and puts the new content in place, as `close` does. Calling it again has the same outcome.
   * @throws what `writeAtomic` throws; the error of an earlier write that failed; ClosedFileError after `abort`
   */
  commit(): Promise<void>;
  /** Discards the written data. The old file stays. After a commit, this has no effect. */
  abort(): Promise<void>;
};

/**
 * Opens a file for new content, which replaces the old content in one step, as with `writeAtomic`. Until then, the path
 * leads to the old file.
 *
 * `commit()` and `close()` publish the content. In all other cases, the content is discarded and the old file stays:
 * after `abort()`, after a stream fails or is aborted, and at the end of an `await using` block without `commit()` or
 * `close()`. In the last case, if data was written, the process emits the warning UVFILES_UNCOMMITTED. After a failed
 * write, `commit()` and `close()` also discard the content, and reject with the error of the write.
 * @param mode `'w'` (the default) or `'x'` (EEXIST if the file exists), with `+`, `b`, `t` as for `open`
 * @returns the handle that `open` returns for the mode, with `commit()` and `abort()`
 * @throws as `open` and `writeAtomic`; TypeError ERR_INVALID_ARG_VALUE for other modes
 * @cancelling the old file stays, and no other file
 * @platforms as `writeAtomic`. On Windows a file `.new.RANDOM.uvfiles` stays if the process ends before `commit()`
 * @example await using f = await openAtomic('report.csv'); for await (const row of rows) await
 * f.write(`${row.join(',')}\n`); await f.commit();
 */
export function openAtomic(
  path: Path,
  mode: BinaryMode,
  o: BinaryAtomicOptions & { buffering: 0 },
): Promise<Atomic<RawFile>>;
export function openAtomic(
  path: Path,
  mode: BinaryMode,
  o?: BinaryAtomicOptions,
): Promise<Atomic<BinaryFile>>;
export function openAtomic(path: Path, mode?: TextMode, o?: OpenAtomicOptions): Promise<Atomic<TextFile>>;
export function openAtomic(path: Path, mode: string, o?: OpenAtomicOptions): Promise<Atomic<AnyFile>>;
export async function openAtomic(path: Path, mode = 'w', o?: OpenAtomicOptions): Promise<Atomic<AnyFile>> {
  const options = readOptions(o);
  const checked = withTables(() => resolveHandle(mode, options), options.call);
  const resolved = checked instanceof Promise ? await checked : checked;
  if (!/[wx]/.test(mode)) throw invalidArgValue('mode', mode, "must contain 'w' or 'x'");
  const { durable, permissions, ifMatch, inPlaceIfBusy, call } = options;
  const target = toPathBytes(path);
  const how = { durable, permissions, ifMatch, inPlaceIfBusy, exclusive: resolved.mode.creating };
  const replacement = await storeToWrite(target).openReplacement(target, resolved.mode.flags, how, call);
  const { file } = replacement;
  try {
    const write = new AtomicWrite(replacement, target);
    return atomicHandle(buildHandle(file, target, resolved), write);
  } catch (error) {
    await dropFile(file, error);
    await replacement.drop();
    throw error;
  }
}

const readOptions = optionReader({ ...ATOMIC_CHECKS, ...HANDLE_CHECKS });

/** Makes publishing a part of closing the file, so that it works however the layers above are taken apart. */
class AtomicWrite {
  readonly #replacement: Replacement;
  readonly #target: string | Uint8Array;
  readonly #closeFile: () => Promise<void>;
  /** Closes the file without publishing it. Used if its own `close` would publish. */
  readonly #dropFile: (reason: unknown) => Promise<void>;
  /** Why the content must not be published. */
  #failure: Error | undefined;
  #publishing: Promise<void> | undefined;
  /** Whether the content was discarded before a commit began. */
  dropped = false;
  #closed!: (closed: Promise<void>) => void;

  constructor(replacement: Replacement, target: string | Uint8Array) {
    this.#replacement = replacement;
    this.#target = target;
    const { file } = replacement;
    this.#closeFile = file.close.bind(file);
    this.#dropFile = file.abort?.bind(file) ?? this.#closeFile;
    Object.assign(file, {
      close: () => {
        const publishing = this.begin();
        this.#closed(this.#failure === undefined ? this.#closeFile() : this.#dropFile(this.#failure));
        return publishing;
      },
      abort: (reason: unknown) => this.#abort(reason),
    });
  }

  /** Commits to one path are queued from this call on, so that the later one wins, regardless of how long each flush takes. */
  begin(): Promise<void> {
    if (this.#publishing === undefined) {
      const closed = new Promise<void>((resolve) => (this.#closed = resolve));
      this.#publishing = withPathLock(this.#target, undefined, () => this.#publish(closed));
    }
    return this.#publishing;
  }

  failed(error: unknown): void {
    this.#failure ??= error as Error;
  }

  async #publish(closed: Promise<void>): Promise<void> {
    try {
      await closed;
      if (this.#failure !== undefined) throw this.#failure;
      await this.#replacement.publish();
    } finally {
      await this.#replacement.drop();
    }
  }

  async #abort(reason: unknown): Promise<void> {
    if (this.#publishing === undefined) {
      this.dropped = true;
      await this.#dropFile(reason).catch(() => undefined); // the content is discarded anyway
      await this.#replacement.drop();
      return;
    }
    this.#failure ??= reason instanceof Error ? reason : new ClosedFileError('the file was aborted');
    this.#closed(this.#dropFile(reason));
    await this.#publishing;
  }
}

// Calls that leave the content incomplete if they fail.
const WRITING = ['write', 'writelines', 'flush', 'truncate', 'pwrite', 'sync', 'datasync'] as const;

function atomicHandle(handle: AnyFile, write: AtomicWrite): Atomic<AnyFile> {
  let written = false;
  let outcome: Promise<void> | undefined;
  const onWrite = (): void => {
    written = true;
  };
  for (const layer of layersOf(handle))
    for (const name of WRITING) watchCall(layer, name, onWrite, (error) => write.failed(error));

  const close = handle.close.bind(handle);
  const end = (): Promise<void> => {
    if (handle.closed) return close();
    void write.begin().catch(() => undefined); // reported by `close`
    return (outcome = close());
  };
  const abort = (): Promise<void> => handle._abort(undefined);
  return Object.assign(handle, {
    abort,
    close: end,
    async commit(): Promise<void> {
      await (handle.closed ? (outcome ?? close()) : end());
      if (write.dropped) throw new ClosedFileError('the file was aborted: there is nothing to commit');
    },
    async [asyncDispose](): Promise<void> {
      if (!handle.closed && written) {
        process.emitWarning(
          `The new content of ${String(handle.name)} was discarded: the block ended without commit() or close()`,
          { code: 'UVFILES_UNCOMMITTED' },
        );
      }
      await abort();
    },
  });
}

function layersOf(handle: AnyFile): AnyFile[] {
  if (handle instanceof RawFile) return [handle];
  if (handle instanceof BinaryFile) return [handle, handle.raw];
  return [handle, handle.buffer, handle.buffer.raw];
}

// Errors of calls that were rejected before they changed anything.
const REFUSED = new Set<unknown>(['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE', 'ERR_OUT_OF_RANGE']);

function watchCall(
  layer: AnyFile,
  name: (typeof WRITING)[number],
  onCall: () => void,
  onFailure: (error: unknown) => void,
): void {
  const methods = layer as unknown as Record<string, ((...args: unknown[]) => Promise<unknown>) | undefined>;
  // A text file has no pwrite.
  const original = methods[name]?.bind(layer);
  if (original === undefined) return;
  methods[name] = async (...args) => {
    onCall();
    let begun = false;
    if (name === 'writelines') args[0] = watchSource(args[0], () => (begun = true));
    try {
      return await original(...args);
    } catch (error) {
      // A write after `close` does not affect the content, either.
      const refused = !begun && REFUSED.has(codeOf(error));
      if (!refused && !(error instanceof ClosedFileError)) onFailure(error);
      throw error;
    }
  };
}

// Once the first of `items` has been requested, any error leaves the content incomplete. A string has no invalid items.
function watchSource(items: unknown, onBegin: () => void): unknown {
  for (const key of [Symbol.asyncIterator, Symbol.iterator] as const) {
    if (typeof items !== 'object' || items === null || !isIterable(items, key)) continue;
    const iterable = items as Record<typeof key, () => unknown>;
    return {
      [key]: () => {
        onBegin();
        return iterable[key]();
      },
    };
  }
  return items;
}
