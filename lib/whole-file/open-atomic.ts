// openAtomic: a file that is written bit by bit and appears all at once.
import { constants } from 'node:fs';

import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { ClosedFileError, invalidArgValue } from '../errors/index.js';
import { currentBackend } from '../filesystem/current.js';
import type { OpenFile } from '../filesystem/open-file.js';
import { BinaryFile } from '../file/binary-file.js';
import { asyncDispose } from '../file/dispose.js';
import { RawFile } from '../file/raw-file.js';
import type { TextFile } from '../file/text-file.js';
import { descriptorFreed, withDescriptors } from '../native/descriptor-wait.js';
import { nextBatch, opOptions } from '../native/run-patiently.js';
import { OPEN_ATOMIC } from '../native/task-kinds.js';
import { TaskCursor } from '../native/tasks.js';
import { type AnyFile, buildHandle } from '../open/build.js';
import type { BinaryMode, TextMode } from '../open/mode.js';
import { type OpenOptions, resolveHandle, type TextOpenOptions } from '../open/options.js';
import { atomicNumbers, type AtomicOptions, throwIfNotSynced } from './atomic-options.js';
import { withPathLock } from './path-lock.js';

/** Options of `openAtomic`. */
export type OpenAtomicOptions = Omit<TextOpenOptions, 'closefd' | 'opener'> & AtomicOptions;
type BinaryAtomicOptions = Omit<OpenOptions, 'closefd' | 'opener'> & AtomicOptions;

/** A handle whose content takes the old file's place on `commit` or `close`, and never otherwise. */
export type Atomic<File> = File & {
  /**
   * Flushes, and puts the new content in place, as `close` does. Again: the same outcome.
   * @throws what `writeAtomic` throws; what made an earlier write fail; ClosedFileError after `abort`
   */
  commit(): Promise<void>;
  /** Drops what was written; the old file stays. After a commit it does nothing. */
  abort(): Promise<void>;
};

/**
 * Opens a file for new content that takes the place of the old in one step, as `writeAtomic` does it. Until then the path
 * shows the old file.
 *
 * `commit()` and `close()` publish the content. Whatever else ends the handle drops it, and the old file stays: `abort()`, a
 * stream that fails or is aborted, and the end of a scope (`await using`) in which neither was called. In the last case the
 * process warning UVFILES_UNCOMMITTED says so if something had been written. Once a write has failed, `commit()` and
 * `close()` drop the content, too, and reject with that failure.
 * @param mode `'w'` (the default) or `'x'` (EEXIST where the file is there), with `+`, `b`, `t` as for `open`
 * @returns the handle that `open` gives for the mode, with `commit()` and `abort()`
 * @throws as `open` and `writeAtomic`; TypeError ERR_INVALID_ARG_VALUE for other modes
 * @example
 * await using f = await openAtomic('report.csv');
 * for await (const row of rows) await f.write(`${row.join(',')}\n`);
 * await f.commit();
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
export async function openAtomic(
  path: Path,
  mode = 'w',
  o: OpenAtomicOptions = {},
): Promise<Atomic<AnyFile>> {
  const resolved = resolveHandle(mode, o);
  if (!/[wx]/.test(mode)) throw invalidArgValue('mode', mode, "must begin a new content: 'w' or 'x'");
  const target = pathToWrite(path);
  const cursor = new TaskCursor(OPEN_ATOMIC, [target], atomicNumbers(o, mode.includes('x')));
  try {
    const { output } = await nextBatch(cursor, opOptions(o), 'open', target);
    // It exists, and is empty.
    const flags = resolved.mode.flags & ~(constants.O_CREAT | constants.O_EXCL);
    const opened = await withDescriptors(() => currentBackend().open(output, flags, 0, opOptions(o)), o);
    try {
      const replacement = new Replacement(opened, cursor, target);
      return atomicHandle(buildHandle(opened, target, resolved), replacement);
    } catch (error) {
      await opened.close();
      throw error;
    }
  } catch (error) {
    cursor.close();
    throw error;
  }
}

/** The native task that publishes a file, made part of closing the file: however the layers above are taken apart. */
class Replacement {
  readonly #cursor: TaskCursor;
  readonly #target: string | Uint8Array;
  readonly #closeFile: () => Promise<void>;
  /** What must not be published: why. */
  #failure: Error | undefined;
  #publishing: Promise<void> | undefined;
  /** Whether the content was dropped before anybody wanted to publish it. */
  dropped = false;
  #closed!: (closed: Promise<void>) => void;

  constructor(file: OpenFile, cursor: TaskCursor, target: string | Uint8Array) {
    this.#cursor = cursor;
    this.#target = target;
    this.#closeFile = file.close.bind(file);
    Object.assign(file, {
      close: () => {
        const publishing = this.begin();
        this.#closed(this.#closeFile());
        return publishing;
      },
      abort: (reason: unknown) => this.#abort(reason),
    });
  }

  /** Of two that commit to one path the later stays, however long each takes to flush: they queue from this call on. */
  begin(): Promise<void> {
    if (this.#publishing === undefined) {
      const closed = new Promise<void>((resolve) => (this.#closed = resolve));
      this.#publishing = withPathLock(this.#target, undefined, () => this.#publish(closed));
    }
    return this.#publishing;
  }

  failed(error: unknown): void {
    // Writing after the end is a mistake of its own.
    if (!(error instanceof ClosedFileError)) this.#failure ??= error as Error;
  }

  async #publish(closed: Promise<void>): Promise<void> {
    try {
      await closed;
      if (this.#failure !== undefined) throw this.#failure;
      const { output } = await this.#cursor.next();
      throwIfNotSynced(output);
    } finally {
      this.#drop();
    }
  }

  async #abort(reason: unknown): Promise<void> {
    if (this.#publishing === undefined) {
      this.dropped = true;
      await this.#closeFile().catch(() => undefined); // the content is not wanted any more
      this.#drop();
      return;
    }
    this.#failure ??= reason instanceof Error ? reason : new ClosedFileError('the file was aborted');
    this.#closed(this.#closeFile());
    await this.#publishing;
  }

  #drop(): void {
    this.#cursor.close();
    descriptorFreed();
  }
}

// Calls whose failure means that the content is not what its writer meant it to be.
const WRITING = ['write', 'writelines', 'flush', 'truncate', 'pwrite', 'sync', 'datasync'] as const;

function atomicHandle(handle: AnyFile, replacement: Replacement): Atomic<AnyFile> {
  let written = false;
  let outcome: Promise<void> | undefined;
  const onWrite = (): void => {
    written = true;
  };
  for (const layer of layersOf(handle))
    for (const name of WRITING) watchCall(layer, name, onWrite, (error) => replacement.failed(error));

  const close = handle.close.bind(handle);
  const end = (): Promise<void> => {
    if (handle.closed) return close();
    void replacement.begin().catch(() => undefined); // told by `close`
    return (outcome = close());
  };
  const abort = (): Promise<void> => handle._abort(undefined);
  return Object.assign(handle, {
    abort,
    close: end,
    async commit(): Promise<void> {
      await (handle.closed ? (outcome ?? close()) : end());
      if (replacement.dropped) throw new ClosedFileError('the file was aborted: there is nothing to commit');
    },
    async [asyncDispose](): Promise<void> {
      if (!handle.closed && written) {
        process.emitWarning(
          `The new content of ${String(handle.name)} was dropped: its scope ended without commit() or close()`,
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
    try {
      return await original(...args);
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
}
