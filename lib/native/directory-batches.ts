// The batches of one directory, as its consumer asks for them.
import { type Call, callOf } from '../schedule/call.js';
import type { GivenOptions } from '../schedule/options.js';
import {
  type DescriptorHolder,
  descriptorFreed,
  holds,
  holdsNoMore,
  isDescriptorWanted,
} from './descriptor-wait.js';
import { nextBatch } from './retry-on-emfile.js';
import type { TaskCursor } from './tasks.js';

/**
 * Reads a directory batch by batch. Between two batches its descriptor stays open, because an offset in a directory
 * means nothing to another descriptor on many file systems. When another call waits for a descriptor, the rest is read
 * into memory and the descriptor is closed. Otherwise, if the consumer of the batches awaits that call, both would wait
 * forever.
 */
export class DirectoryBatches implements DescriptorHolder {
  readonly #cursor: TaskCursor;
  readonly #call: Call | undefined;
  readonly #path: string | Uint8Array;
  #ended = false;
  #reading = false;
  #hold: WeakRef<DescriptorHolder> | undefined;
  /** The batches that were read because other calls wait, in order, and the error that ended this. */
  #rest: Promise<{ batches: Buffer[]; error: { thrown: unknown } | undefined }> | undefined;

  /** `cursor`: of SCAN_DIRECTORY. `path` is named by errors. */
  constructor(cursor: TaskCursor, path: string | Uint8Array, o: GivenOptions) {
    this.#cursor = cursor;
    this.#path = path;
    this.#call = callOf(o);
  }

  /** The entries of the next batch; undefined at the end. One call at a time. */
  async next(): Promise<Buffer | undefined> {
    if (this.#rest !== undefined) return this.#fromRest();
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
