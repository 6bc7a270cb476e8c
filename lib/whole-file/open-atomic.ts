// openAtomic: a file that is written bit by bit and appears all at once.
import { constants } from 'node:fs';

import { pathToWrite } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { ClosedFileError, invalidArgValue } from '../errors/index.js';
import { currentBackend } from '../filesystem/current.js';
import type { BinaryFile } from '../file/binary-file.js';
import { asyncDispose } from '../file/dispose.js';
import type { RawFile } from '../file/raw-file.js';
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

/** A handle whose content takes the old file's place on `commit`, and never on `abort`. */
export type Atomic<File> = File & {
  /** Flushes, and puts the new content in place. `close` and disposing do the same. Again: the same outcome. */
  commit(): Promise<void>;
  /** Drops what was written; the old file stays. After a commit it does nothing. */
  abort(): Promise<void>;
};

// Calls whose failure means that the content is not what its writer meant it to be.
const WRITING = ['write', 'writelines', 'flush', 'truncate', 'pwrite', 'sync', 'datasync'] as const;

/**
 * Opens a file for new content that takes the place of the old in one step, as `writeAtomic` does it. Until then the path
 * shows the old file. Once a write has failed, closing does not commit: it drops what was written and rejects with that
 * failure. To roll back for a reason of your own, call `abort()`.
 * @param mode `'w'` (the default) or `'x'` (EEXIST where the file is there), with `+`, `b`, `t` as for `open`
 * @returns the handle that `open` gives for the mode, with `commit()` and `abort()`
 * @throws as `open` and `writeAtomic`; TypeError ERR_INVALID_ARG_VALUE for other modes
 * @example
 * await using f = await openAtomic('report.csv');
 * for await (const row of rows) await f.write(`${row.join(',')}\n`);
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
      return new Replacement(buildHandle(opened, target, resolved), cursor, target).handle();
    } catch (error) {
      await opened.close();
      throw error;
    }
  } catch (error) {
    cursor.close();
    throw error;
  }
}

/** The file being written and the native task that publishes it. */
class Replacement {
  readonly #file: AnyFile;
  readonly #cursor: TaskCursor;
  readonly #target: string | Uint8Array;
  /** The handle's own `close`, which its user's calls no longer reach. */
  readonly #closeFile: () => Promise<void>;
  #failure: Error | undefined;
  #outcome: Promise<void> | undefined;

  constructor(file: AnyFile, cursor: TaskCursor, target: string | Uint8Array) {
    this.#file = file;
    this.#cursor = cursor;
    this.#target = target;
    this.#closeFile = file.close.bind(file);
  }

  handle(): Atomic<AnyFile> {
    const file = this.#file;
    const commit = (): Promise<void> => (this.#outcome ??= this.#publish());
    for (const name of WRITING) this.#watch(name);
    return Object.assign(file, {
      commit,
      abort: () => this.#abort(),
      close: commit,
      [asyncDispose]: commit,
    });
  }

  #watch(name: (typeof WRITING)[number]): void {
    const file = this.#file as unknown as Record<
      string,
      ((...args: unknown[]) => Promise<unknown>) | undefined
    >;
    // A text file has no pwrite.
    const original = file[name]?.bind(file);
    if (original === undefined) return;
    file[name] = (...args) => {
      const outcome = original(...args);
      outcome.catch((error: unknown) => {
        // Writing after the end is a mistake of its own.
        if (!(error instanceof ClosedFileError)) this.#failure ??= error as Error;
      });
      return outcome;
    };
  }

  async #publish(): Promise<void> {
    try {
      // Waits for the calls before it, so that their failures count.
      const closed = this.#closeFile();
      closed.catch(() => undefined); // thrown below
      // In line from the call on: of two that commit to one path the later is the one that stays, however long each takes
      // to flush.
      await withPathLock(this.#target, undefined, async () => {
        await closed;
        if (this.#failure !== undefined) throw this.#failure;
        const { output } = await this.#cursor.next();
        throwIfNotSynced(output);
      });
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#drop();
    }
  }

  #abort(): Promise<void> {
    // What was committed stays so, and an abort that comes during a commit waits for it.
    if (this.#outcome !== undefined) return this.#outcome.catch(() => undefined);
    this.#outcome = this.#closeFile()
      .catch(() => undefined) // the content is not wanted any more
      .finally(() => this.#drop());
    return this.#outcome;
  }

  #drop(): void {
    this.#cursor.close();
    descriptorFreed();
  }
}
