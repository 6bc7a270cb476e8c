// The entries of a real directory: streamed batches with types, or all names at once.
import type { DirectoryItem, EntryType, FilePath } from '../../filesystem/filesystem.js';
import type { Listing } from '../../filesystem/store.js';
import { type Call, callOf } from '../../schedule/call.js';
import type { GivenOptions } from '../../schedule/options.js';
import { sortByBytes } from '../../text/byte-order.js';
import {
  type DescriptorHolder,
  descriptorFreed,
  holds,
  holdsNoMore,
  isDescriptorWanted,
} from '../descriptor-wait.js';
import { splitBuffers, splitUnknown, uint32sAt, uint64At } from '../records.js';
import { SCAN_DIRECTORY } from '../task-kinds.js';
import { nextBatch, runTask, TaskCursor } from '../tasks.js';

const NAMES_ONLY = 1;
const SORTED = 2;
// Of src-native/core/tasks/directories.h: the addon leaves longer lists as they are, and on Windows each one.
const MOST_SORTED_BYTES = 64 * 1024;
const IS_WINDOWS = process.platform === 'win32';
const HEADER_BYTES = 8;
const INODE_BYTES = 8;

// dirent's DT_ values, as src-native/core/tasks/directories.h has them.
const TYPES: readonly (EntryType | undefined)[] = [
  'unknown',
  'fifo',
  'character',
  undefined,
  'directory',
  undefined,
  'block',
  undefined,
  'file',
  undefined,
  'symlink',
  undefined,
  'socket',
];

/** The name of a type of the addon. */
export const entryType = (type: number): EntryType => TYPES[type] ?? 'unknown';

/**
 * The entries of a directory, batch by batch. Between two batches its descriptor stays open, because an offset in a directory
 * means nothing to another descriptor on many file systems. When another call waits for a descriptor, the rest is read
 * into memory and the descriptor is closed. Otherwise, if the consumer of the batches awaits that call, both would wait
 * forever.
 */
export class NativeListing implements Listing, DescriptorHolder {
  readonly #cursor: TaskCursor;
  readonly #call: Call | undefined;
  readonly #path: FilePath;
  #ended = false;
  #reading = false;
  #hold: WeakRef<DescriptorHolder> | undefined;
  /** The batches that were read because other calls wait, in order, and the error that ended this. */
  #rest: Promise<{ batches: Buffer[]; error: { thrown: unknown } | undefined }> | undefined;

  /** `paths`: that of the directory, or a root and the path beneath it. */
  constructor(paths: readonly FilePath[], o: GivenOptions) {
    this.#cursor = new TaskCursor(SCAN_DIRECTORY, paths, [0]);
    this.#path = paths.at(-1)!;
    this.#call = callOf(o);
  }

  async next(): Promise<readonly DirectoryItem[] | undefined> {
    const batch = await (this.#rest === undefined ? this.#readHolding() : this.#fromRest());
    return batch === undefined ? undefined : itemsOf(batch);
  }

  async #readHolding(): Promise<Buffer | undefined> {
    const batch = await this.#read();
    // From here on, the consumer is busy with the batch.
    if (!this.#ended) {
      this.#hold ??= holds(this);
      if (isDescriptorWanted()) this.giveDescriptorBack();
    }
    return batch;
  }

  giveDescriptorBack(): void {
    if (this.#ended || this.#reading) return;
    this.#rest ??= this.#readRest();
  }

  /** Ends the listing and closes the directory. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cursor.close();
    if (this.#hold !== undefined) holdsNoMore(this.#hold);
    descriptorFreed();
  }

  async #read(): Promise<Buffer | undefined> {
    this.#reading = true;
    try {
      while (!this.#ended) {
        this.#call?.beginStep();
        const { output, done } = await nextBatch(this.#cursor, this.#call, 'scandir', this.#path);
        if (done) this.close();
        if (output.length > 0) return output;
      }
      return undefined;
    } catch (error) {
      this.close();
      throw error;
    } finally {
      this.#reading = false;
    }
  }

  async #readRest(): Promise<{ batches: Buffer[]; error: { thrown: unknown } | undefined }> {
    const batches: Buffer[] = [];
    try {
      for (let batch = await this.#read(); batch !== undefined; batch = await this.#read())
        batches.push(batch);
      return { batches: batches.reverse(), error: undefined };
    } catch (error) {
      return { batches: batches.reverse(), error: { thrown: error } };
    }
  }

  async #fromRest(): Promise<Buffer | undefined> {
    const rest = (await this.#rest)!;
    const batch = rest.batches.pop();
    if (batch !== undefined || rest.error === undefined) return batch;
    const { thrown } = rest.error;
    rest.error = undefined;
    throw thrown;
  }
}

/** The entries in a batch of SCAN_DIRECTORY. */
function itemsOf(batch: Buffer): DirectoryItem[] {
  const count = uint32sAt(batch, 0, 1)[0]!;
  const types = HEADER_BYTES + count * INODE_BYTES;
  return splitUnknown(batch, types + count).map((name, i) => ({
    name,
    type: entryType(batch[types + i]!),
    inode: uint64At(batch, HEADER_BYTES + i * INODE_BYTES),
  }));
}

/** The names in a directory; `sorted`: in the order of their bytes. */
export async function namesIn(
  path: FilePath,
  asBytes: boolean,
  o: GivenOptions,
  sorted = false,
): Promise<FilePath[]> {
  const names = await runTask(
    SCAN_DIRECTORY,
    [path],
    [sorted ? NAMES_ONLY | SORTED : NAMES_ONLY],
    o,
    'scandir',
  );
  const list = asBytes ? splitBuffers(names, 0) : splitUnknown(names, 0);
  return sorted && (IS_WINDOWS || names.length > MOST_SORTED_BYTES) ? sortByBytes(list) : list;
}
