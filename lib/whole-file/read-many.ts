// Many whole files, read a list at a time by a few native jobs and streamed in order.
import { checkPathList } from '../arguments/path-list.js';
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { AbortError, systemError } from '../errors/index.js';
import { descriptorFreed } from '../native/descriptor-wait.js';
import { joinPaths } from '../native/names.js';
import { int32At, uint64At } from '../native/records.js';
import { bulk, nextBatch } from '../native/run-patiently.js';
import { READ_MANY } from '../native/task-kinds.js';
import { TaskCursor } from '../native/tasks.js';
import type { OpOptions } from '../schedule/options.js';

/** Options of `readMany`. */
export type ReadManyOptions = OpOptions;

/** One file's content, or why it has none. `path` is as it was given. */
export type ReadManyItem<P extends Path = Path> =
  { path: P; data: Buffer; error?: undefined } | { path: P; error: Error; data?: undefined };

type Batch = Promise<{ output: Buffer; done: boolean }>;

/** So many paths are one job: small files are one batch then, so that no job waits to be asked for a second. */
const JOB_PATHS = 128;
/** Jobs that read ahead of the consumer, each by one batch: what bounds the memory. */
const JOBS = 4;
const BATCH_BYTES = 512 * 1024;

const TABLE_ENTRY_BYTES = 16;
const SYSCALLS = ['open', 'fstat', 'read'] as const;

/** One list of paths on its way through the pool. */
class Job<P extends Path> {
  readonly #paths: P[];
  readonly #checked: (string | Uint8Array)[];
  readonly #refused = new Map<number, Error>();
  readonly #cursor: TaskCursor;
  readonly #o: OpOptions;
  #at = 0;
  #ahead: Batch;

  constructor(paths: P[], o: OpOptions) {
    this.#paths = paths;
    this.#o = o;
    this.#checked = paths.map((path, i) => {
      try {
        return pathToRead(path);
      } catch (error) {
        this.#refused.set(i, error as Error);
        return '';
      }
    });
    this.#cursor = new TaskCursor(READ_MANY, [joinPaths(this.#checked)], [BATCH_BYTES]);
    this.#ahead = this.#ask();
  }

  #ask(): Batch {
    const batch = nextBatch(this.#cursor, this.#o, 'open', this.#checked[this.#at] ?? '');
    batch.catch(() => undefined); // thrown where it is awaited
    return batch;
  }

  /** The files of the next batch; the one after it is read meanwhile. */
  async next(): Promise<{ items: ReadManyItem<P>[]; done: boolean }> {
    const { output, done } = await this.#ahead;
    const items = output.length === 0 ? [] : this.#itemsOf(output);
    if (done) this.close();
    else this.#ahead = this.#ask();
    return { items, done };
  }

  #itemsOf(output: Buffer): ReadManyItem<P>[] {
    const end = output.length - 8;
    const count = uint64At(output, end);
    let entry = end - count * TABLE_ENTRY_BYTES;
    let begin = 0;
    const items: ReadManyItem<P>[] = [];
    for (let i = 0; i < count; i++, entry += TABLE_ENTRY_BYTES) {
      const size = uint64At(output, entry);
      const code = int32At(output, entry + 8);
      const path = this.#paths[this.#at]!;
      const error =
        this.#refused.get(this.#at) ??
        (code < 0 ? this.#errorOf(code, int32At(output, entry + 12)) : undefined);
      items.push(
        error === undefined ? { path, data: output.subarray(begin, begin + size) } : { path, error },
      );
      begin += size;
      this.#at++;
    }
    return items;
  }

  // As Node has it: only the call that takes a path names it.
  #errorOf(code: number, call: number): Error {
    return call === 0
      ? systemError(code, SYSCALLS[0], this.#checked[this.#at])
      : systemError(code, SYSCALLS[call] ?? 'read');
  }

  close(): void {
    this.#cursor.close();
    descriptorFreed();
  }
}

/**
 * Reads many files whole, in order, several times faster than one by one. A few batches of up to half a megabyte (or one
 * larger file) are in memory at a time, however long the list is; the list itself may be endless. Files of one batch are
 * slices of one Buffer: copy what is kept for long.
 * @param paths any iterable, also asynchronous; taken as far as is being read
 * @returns an async iterator of `{ path, data }`, or `{ path, error }` for a file that cannot be read
 * @throws from its steps: TypeError when `paths` is no list, AbortError, TimeoutError
 * @example for await (const { path, data } of readMany(paths)) if (data) index(path, data);
 */
export async function* readMany<P extends Path>(
  paths: Iterable<P> | AsyncIterable<P>,
  o?: ReadManyOptions,
): AsyncGenerator<ReadManyItem<P>, void, undefined> {
  checkPathList(paths, true);
  const options = bulk(o);
  const source = sourceOf(paths);
  const jobs: Job<P>[] = [];
  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && jobs.length < JOBS) {
        const some = await take(source, JOB_PATHS);
        exhausted = some.length < JOB_PATHS;
        if (some.length > 0) jobs.push(new Job(some, options));
      }
      const job = jobs[0];
      if (job === undefined) return;
      const { items, done } = await job.next();
      for (const item of items) {
        if (options.signal?.aborted === true) throw new AbortError(options.signal.reason);
        yield item;
      }
      if (done) jobs.shift();
    }
  } finally {
    for (const job of jobs) job.close();
    if (!exhausted) await source.return?.();
  }
}

function sourceOf<P>(paths: Iterable<P> | AsyncIterable<P>): Iterator<P> | AsyncIterator<P> {
  return Symbol.asyncIterator in paths ? paths[Symbol.asyncIterator]() : paths[Symbol.iterator]();
}

async function take<P>(source: Iterator<P> | AsyncIterator<P>, count: number): Promise<P[]> {
  const items: P[] = [];
  while (items.length < count) {
    const step = source.next();
    const result: IteratorResult<P, unknown> = step instanceof Promise ? await step : step;
    if (result.done === true) break;
    items.push(result.value);
  }
  return items;
}
