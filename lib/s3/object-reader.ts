// An object that is open for reading. Ranges of one call that are close to each other are joined into fewer requests.
import type { CallOptions, FileSystemFile, StatsLike } from '../filesystem/filesystem.js';
import { unsupported } from './failures.js';
import { inParallel } from './in-parallel.js';
import { memoryFor } from './memory.js';
import type { StoreCall } from './object-store.js';
import { ReadAhead } from './read-ahead.js';
import { readRange, type Version } from './read-range.js';
import { fileStats } from './stats.js';
import { asked } from './timed.js';

/** Ranges with a smaller gap are read in one request, because the bytes of the gap cost less than another request. */
const SMALLEST_GAP = 1 << 20;

/** A range to request, and the wanted parts of it. */
interface JoinedRange {
  readonly start: number;
  readonly end: number;
  readonly wanted: readonly { readonly start: number; readonly view: Uint8Array }[];
}

/** Joins ranges that are close to each other. `views[i]` is filled from `starts[i]` on. Empty views are skipped. */
function joinRanges(starts: readonly number[], views: readonly Uint8Array[]): JoinedRange[] {
  const sorted = starts
    .map((start, index) => ({ start, view: views[index]! }))
    .filter(({ view }) => view.length > 0)
    .sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number; wanted: typeof sorted }[] = [];
  for (const one of sorted) {
    const end = one.start + one.view.length;
    const last = joined.at(-1);
    if (last !== undefined && one.start - last.end < SMALLEST_GAP) {
      last.end = Math.max(last.end, end);
      last.wanted.push(one);
    } else joined.push({ start: one.start, end, wanted: [one] });
  }
  return joined;
}

/** Copies the wanted parts of `chunk`, which begins at `position`. */
function scatter({ wanted }: JoinedRange, chunk: Uint8Array, position: number): void {
  const end = position + chunk.length;
  for (const { start, view } of wanted) {
    if (start >= end) return;
    const from = Math.max(start, position);
    const to = Math.min(start + view.length, end);
    if (from < to) view.set(chunk.subarray(from - position, to - position), from - start);
  }
}

/** One version of an object: the one that existed when it was opened. Any other version rejects with ESTALE. */
export class ObjectReader implements FileSystemFile {
  readonly size: number;
  readonly #of: Version;
  readonly #modified: number;
  readonly #concurrency: number;
  #ahead: ReadAhead | undefined;
  /** The end of the previous read. Initially 0, so that reading from the start counts as sequential. */
  #ended = 0;

  constructor(of: Version, o: { modified: number; readAhead: number; concurrency: number }) {
    this.size = of.size;
    this.#of = of;
    this.#modified = o.modified;
    this.#concurrency = o.concurrency;
    if (o.readAhead > 0) this.#ahead = new ReadAhead(of, o.readAhead);
  }

  async pread(size: number, position: number | bigint, call: CallOptions): Promise<Uint8Array> {
    const view = memoryFor(this.#within(size, position));
    await this.preadinto(view, position, call);
    return view;
  }

  async preadinto(view: Uint8Array, position: number | bigint, call: CallOptions): Promise<number> {
    const count = this.#within(view.length, position);
    if (count === 0) return 0;
    const at = Number(position);
    const ahead = this.#ahead;
    const sequential = ahead !== undefined && (at === this.#ended || ahead.continues(at));
    this.#ended = at + count;
    // A window serves several reads, so it does not depend on the signal of one of them.
    return asked('read', call, async (requests) =>
      sequential
        ? ahead.read(view.subarray(0, count), at, requests)
        : this.#read(view.subarray(0, count), at, requests),
    );
  }

  async preadMany(
    ranges: readonly { readonly position: number | bigint; readonly size: number }[],
    call: CallOptions,
  ): Promise<Uint8Array[]> {
    const views = ranges.map(({ size, position }) => memoryFor(this.#within(size, position)));
    const starts = ranges.map(({ position }) => Number(position));
    await asked('read', call, async (requests) =>
      inParallel(joinRanges(starts, views), this.#concurrency, async (joined) =>
        readRange(
          this.#of,
          joined.start,
          joined.end,
          (chunk, position) => scatter(joined, chunk, position),
          requests,
        ),
      ),
    );
    return views;
  }

  async pwrite(): Promise<number> {
    throw unsupported('randomWrite', 'the object is open for reading');
  }

  async stat(_call: CallOptions): Promise<StatsLike> {
    return fileStats({ size: this.size, etag: this.#of.etag, modified: this.#modified });
  }

  async close(): Promise<void> {
    this.#ahead?.drop();
    // Its memory would stay with a closed file that the program keeps.
    this.#ahead = undefined;
  }

  async #read(view: Uint8Array, at: number, requests: StoreCall): Promise<number> {
    const sink = (chunk: Uint8Array, position: number): void => view.set(chunk, position - at);
    await readRange(this.#of, at, at + view.length, sink, requests);
    return view.length;
  }

  #within(size: number, position: number | bigint): number {
    return position >= this.size ? 0 : Math.min(size, this.size - Number(position));
  }
}
