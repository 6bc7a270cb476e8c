// scandir: a directory's entries with their types, streamed.
import { pathToRead } from '../arguments/checked-path.js';
import { type EncodingOptions, wantsBytes } from '../arguments/encoding.js';
import type { Path } from '../arguments/path.js';
import { asyncDispose } from '../file/dispose.js';
import { descriptorFreed } from '../native/descriptor-wait.js';
import { splitBuffers, splitNames } from '../native/names.js';
import { uint32sAt, uint64At } from '../native/records.js';
import { nextBatch, opOptions } from '../native/run-patiently.js';
import { SCAN_DIRECTORY } from '../native/task-kinds.js';
import { TaskCursor } from '../native/tasks.js';
import type { OpOptions } from '../schedule/options.js';
import { DirEntry } from './dir-entry.js';

type Entries<Name extends string | Buffer> = AsyncIterableIterator<DirEntry<Name>>;

const HEADER_BYTES = 8;
const INODE_BYTES = 8;
const REPLACEMENT = '\ufffd';

/** The listing in progress. Breaking off a loop over it, `close()` and `await using` end it early. */
class DirectoryEntries<Name extends string | Buffer> implements Entries<Name> {
  readonly #path: Path;
  readonly #o: (OpOptions & EncodingOptions) | undefined;
  #directory: string | Uint8Array = '';
  #cursor: TaskCursor | undefined;
  #batch: DirEntry<Name>[] = [];
  #at = 0;
  #ended = false;
  // Calls of next() that are made without waiting are answered in order.
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: Path, o: (OpOptions & EncodingOptions) | undefined) {
    this.#path = path;
    this.#o = o;
  }

  next(): Promise<IteratorResult<DirEntry<Name>>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #next(): Promise<IteratorResult<DirEntry<Name>>> {
    while (this.#at === this.#batch.length) {
      if (this.#ended) return { done: true, value: undefined };
      try {
        await this.#fill();
      } catch (error) {
        this.#end();
        throw error;
      }
    }
    return { done: false, value: this.#batch[this.#at++]! };
  }

  async #fill(): Promise<void> {
    const asBytes = wantsBytes(this.#o?.encoding);
    if (this.#cursor === undefined) {
      this.#directory = pathToRead(this.#path);
      this.#cursor = new TaskCursor(SCAN_DIRECTORY, [this.#directory], [0]);
    }
    const { output, done } = await nextBatch(this.#cursor, opOptions(this.#o), 'scandir', this.#directory);
    this.#at = 0;
    this.#batch =
      output.length === 0 ? [] : (entriesOf(this.#directory, output, asBytes) as DirEntry<Name>[]);
    if (done) this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#cursor?.close();
    descriptorFreed();
  }

  /** Ends the listing and closes the directory. */
  async close(): Promise<void> {
    this.#batch = [];
    this.#at = 0;
    this.#end();
  }

  async return(): Promise<IteratorResult<DirEntry<Name>>> {
    await this.close();
    return { done: true, value: undefined };
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function entriesOf(
  directory: string | Uint8Array,
  batch: Buffer,
  asBytes: boolean,
): DirEntry<string | Buffer>[] {
  const count = uint32sAt(batch, 0, 1)[0]!;
  const types = HEADER_BYTES + count * INODE_BYTES;
  const names: (string | Buffer)[] = asBytes
    ? splitBuffers(batch, types + count)
    : splitNames(batch, types + count);
  // Names that are no UTF-8 are shown with a replacement, but found by their bytes.
  const raw =
    !asBytes && names.some((name) => name.includes(REPLACEMENT)) ? splitBuffers(batch, types + count) : names;
  return names.map(
    (name, i) =>
      new DirEntry(
        directory,
        name,
        raw[i]!,
        uint64At(batch, HEADER_BYTES + i * INODE_BYTES),
        batch[types + i]!,
      ),
  );
}

/**
 * A directory's entries, without "." and "..", in no order. What each is, is known without a stat.
 * @param path the working directory unless told
 * @returns an async iterator of DirEntry, which may also be closed; nothing is opened before its first step
 * @throws from its first step: the system's errors in Node's shape (ENOENT, ENOTDIR), TypeError for bad arguments; from
 *   any: AbortError, TimeoutError
 * @example for await (const entry of os.scandir('src')) if (entry.isFile()) console.log(entry.path);
 */
export function scandir(
  path: Path | undefined,
  o: OpOptions & { encoding: 'buffer' },
): Entries<Buffer> & AsyncDisposable & { close(): Promise<void> };
export function scandir(
  path?: Path,
  o?: OpOptions & EncodingOptions,
): Entries<string> & AsyncDisposable & { close(): Promise<void> };
export function scandir(path: Path = '.', o?: OpOptions & EncodingOptions): unknown {
  return new DirectoryEntries(path, o);
}
