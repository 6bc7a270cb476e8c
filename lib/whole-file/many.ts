// Many files in a few native jobs: read whole, a list at a time and streamed in order, and their stats.
import type { BigIntStats, Stats } from 'node:fs';

import { checkPathList, type Path, toPathBytes } from '../arguments/path.js';
import { flag, optionReader, readCall } from '../arguments/options.js';
import { isAnyMounted, realFiles, storeToRead } from '../filesystem/mounts.js';
import { fileSystemError } from '../filesystem/errors.js';
import type { ReadManyAnswer, StatCall } from '../filesystem/filesystem.js';
import { asBuffer } from '../filesystem/positioned.js';
import { statCall, type Store } from '../filesystem/store.js';
import { throwIfAborted } from '../schedule/abort.js';
import type { OpOptions } from '../schedule/options.js';
import type { StatOptions } from '../file/handle.js';
import { PathSource } from './path-source.js';

/** Options of `readMany`. */
export type ReadManyOptions = OpOptions;

/** One file's content, or its error. `path` is the path as given. */
export type ReadManyItem<P extends Path = Path> =
  { path: P; data: Buffer; error?: undefined } | { path: P; error: Error; data?: undefined };

/** The number of paths per job. So many small files fit into one batch, so jobs do not wait for a request of a second batch. */
const FILES_PER_JOB = 128;
/** The number of jobs that read ahead of the consumer, each by one batch. This limits the memory. */
const JOBS = 4;

type Answers = AsyncIterator<readonly ReadManyAnswer[]>;

/** Adjacent paths on one store. */
interface Run {
  readonly store: Store;
  readonly paths: (string | Uint8Array)[];
  /** The index of each of them in the list of the job. */
  readonly indices: number[];
}

/** One list of paths that is being read. */
class Job<P extends Path> {
  readonly #paths: P[];
  readonly #call: OpOptions | undefined;
  readonly #runs: Run[] = [];
  /** The results that have not been returned, by index: a file system can give them in any order. */
  readonly #items: (ReadManyItem<P> | undefined)[] = [];
  #run: Run | undefined;
  #answers: Answers | undefined;
  /** The index of the next path. */
  #at = 0;

  constructor(paths: P[], call: OpOptions | undefined) {
    this.#paths = paths;
    this.#call = call;
    for (const [i, path] of paths.entries()) {
      try {
        const at = toPathBytes(path);
        const store = storeToRead(at);
        let run = this.#runs.at(-1);
        if (run?.store !== store) this.#runs.push((run = { store, paths: [], indices: [] }));
        run.paths.push(at);
        run.indices.push(i);
      } catch (error) {
        this.#items[i] = { path, error: error as Error };
      }
    }
    this.#begin(); // reads ahead of its turn
  }

  #begin(): void {
    const run = (this.#run = this.#runs.shift());
    this.#answers = run?.store.readMany(run.paths, this.#call)[Symbol.asyncIterator]();
  }

  /** The files of the next batch, in order; undefined after the last. */
  async next(): Promise<ReadManyItem<P>[] | undefined> {
    while (this.#answers !== undefined) {
      const result = await this.#answers.next();
      if (result.done === true) {
        this.#completeRun();
        this.#begin();
        continue;
      }
      for (const { index: of, data, error } of result.value) {
        const index = this.#run!.indices[of]!;
        const path = this.#paths[index]!;
        this.#items[index] = error === undefined ? { path, data: asBuffer(data) } : { path, error };
      }
      const items = this.#taken();
      if (items.length > 0) return items;
    }
    const last = this.#taken();
    return last.length > 0 ? last : undefined;
  }

  /** A file system that has left out a path has not read it. */
  #completeRun(): void {
    for (const index of this.#run!.indices) {
      if (index < this.#at || this.#items[index] !== undefined) continue;
      const path = this.#paths[index]!;
      this.#items[index] = { path, error: fileSystemError('EIO', 'read', toPathBytes(path)) };
    }
  }

  #taken(): ReadManyItem<P>[] {
    const items: ReadManyItem<P>[] = [];
    for (let item = this.#items[this.#at]; item !== undefined; item = this.#items[this.#at]) {
      items.push(item);
      this.#items[this.#at++] = undefined; // its data is the consumer's
    }
    return items;
  }

  close(): void {
    this.#answers?.return?.()?.then(undefined, () => undefined); // its outcome is not awaited
  }
}

/**
 * Reads many whole files in order, several times faster than one by one. Only a few batches of up to half a megabyte (or one
 * larger file) are in memory at a time, regardless of the number of files. The list can be endless. Files of one batch are
 * slices of one Buffer: copy the data that you keep for a long time.
 * @param paths any iterable, also an asynchronous one. It is consumed only as needed. Files are read while the next path is
 *   awaited. If the iterable fails, the files before the failure are returned first
 * @param o `timeout` is for each step, without the time that the body of the loop takes
 * @returns an async iterator of `{ path, data }`, or `{ path, error }` for a file that cannot be read
 * @throws from its steps: TypeError if `paths` is not a list, AbortError, TimeoutError
 * @cancelling ends at the next step, and waiting for the next path. `break` and `return()` also end it
 * @platforms the same on Linux, macOS and Windows
 * @example for await (const { path, data } of readMany(paths)) if (data) index(path, data);
 */
export async function* readMany<P extends Path>(
  paths: Iterable<P> | AsyncIterable<P>,
  o?: ReadManyOptions,
): AsyncGenerator<ReadManyItem<P>, void, undefined> {
  const call = readCall(o);
  checkPathList(paths, true);
  const source = new PathSource(paths);
  const jobs: Job<P>[] = [];
  try {
    for (;;) {
      while (!source.ended && jobs.length < JOBS) {
        const some = source.isAsync
          ? await source.takeSoon(FILES_PER_JOB, jobs.length === 0, call)
          : source.take(FILES_PER_JOB);
        if (some.length === 0) break;
        jobs.push(new Job(some, call));
      }
      const job = jobs[0];
      if (job === undefined) {
        if (source.failure !== undefined) throw source.failure.error;
        return;
      }
      const items = await job.next();
      if (items === undefined) {
        jobs.shift();
        continue;
      }
      for (const item of items) {
        throwIfAborted(call?.signal);
        yield item;
      }
    }
  } finally {
    for (const job of jobs) job.close();
    await source.end();
  }
}

const readOptions = optionReader({ bigint: flag(false), followSymlinks: flag(true) });

/** Options of `statMany`. */
export interface StatManyOptions extends StatOptions {
  /** False returns the status of a link itself. Default true. */
  followSymlinks?: boolean | undefined;
}

/** The number of paths per job. The jobs of a list run in parallel, and results are processed while others run. */
const STATS_PER_JOB = 512;

type Answer = Stats | BigIntStats | Error;

/**
 * Gets the status of many files, several times faster than one by one.
 * @returns for each path, in order, its Stats (BigIntStats with `{ bigint: true }`), or the Error that `stat` would reject with
 * @throws TypeError if `paths` is not a list, AbortError, TimeoutError
 * @cancelling stops at the next batch
 * @platforms the same on Linux, macOS and Windows
 * @example const sizes = (await statMany(paths)).map((s) => (s instanceof Error ? 0 : s.size));
 */
export function statMany(
  paths: Iterable<Path>,
  o: StatManyOptions & { bigint: true },
): Promise<(BigIntStats | Error)[]>;
export function statMany(paths: Iterable<Path>, o?: StatManyOptions): Promise<(Stats | Error)[]>;
export async function statMany(paths: Iterable<Path>, o?: StatManyOptions): Promise<Answer[]> {
  const { bigint, followSymlinks, call } = readOptions(o);
  checkPathList(paths, false);
  return statAll([...paths], statCall(followSymlinks, bigint), call);
}

/** The same with checked options. */
export async function statAll(paths: Path[], how: StatCall, call: OpOptions | undefined): Promise<Answer[]> {
  const answers = new Array<Answer>(paths.length);
  const jobs: Promise<void>[] = [];
  for (let from = 0; from < paths.length; from += STATS_PER_JOB) {
    jobs.push(statSome(paths.slice(from, from + STATS_PER_JOB), answers, from, how, call));
  }
  await Promise.all(jobs);
  return answers;
}

async function statSome(
  paths: Path[],
  answers: Answer[],
  from: number,
  how: StatCall,
  call: OpOptions | undefined,
): Promise<void> {
  if (!isAnyMounted() && (await statTogether(paths, answers, from, how, call))) return;
  const groups = new Map<Store, { indices: number[]; paths: (string | Uint8Array)[] }>();
  for (const [i, path] of paths.entries()) {
    try {
      const at = toPathBytes(path);
      const store = storeToRead(at);
      let group = groups.get(store);
      if (group === undefined) groups.set(store, (group = { indices: [], paths: [] }));
      group.indices.push(from + i);
      group.paths.push(at);
    } catch {
      answers[from + i] = refusalOf(path, `paths[${from + i}]`);
    }
  }
  for (const [store, { indices, paths: checked }] of groups) {
    const some = await store.statMany(checked, how, call);
    for (let i = 0; i < indices.length; i++) answers[indices[i]!] = some[i]!;
  }
}

// Used if all paths are on real file systems and valid.
async function statTogether(
  paths: Path[],
  answers: Answer[],
  from: number,
  how: StatCall,
  call: OpOptions | undefined,
): Promise<boolean> {
  const checked = new Array<string | Uint8Array>(paths.length);
  try {
    for (let i = 0; i < paths.length; i++) {
      checked[i] = toPathBytes(paths[i]);
      if (storeToRead(checked[i]!) !== realFiles) return false; // in a virtual file system of Node
    }
  } catch {
    return false;
  }
  const some = await realFiles.statMany(checked, how, call);
  for (let i = 0; i < some.length; i++) answers[from + i] = some[i]!;
  return true;
}

// Argument names are built only for paths that are rejected, because building one for each path costs more than the
// checks.
function refusalOf(path: Path, name: string): Error {
  try {
    storeToRead(toPathBytes(path, name));
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${name} was rejected at first, and accepted later`);
}
