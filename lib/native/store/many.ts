// Lists of paths, read or statted by one native job each.
import type { BigIntStats, Stats } from 'node:fs';

import { isEndOfCall, systemError } from '../../errors/index.js';
import type { FilePath, ReadManyAnswer, StatCall } from '../../filesystem/filesystem.js';
import type { Call } from '../../schedule/call.js';
import type { GivenOptions } from '../../schedule/options.js';
import { descriptorFreed } from '../descriptor-wait.js';
import { doublesAt, int32At, int64sAt, joinPaths, uint64At } from '../records.js';
import { bigIntStatsFrom, statsFrom } from '../stats.js';
import { READ_MANY, STAT_MANY } from '../task-kinds.js';
import { bulk, nextBatch, runTask, TaskCursor } from '../tasks.js';
import { readWhole } from './read-whole.js';

const BATCH_BYTES = 512 * 1024;
const TABLE_ENTRY_BYTES = 16;
// ReadManyCall of src-native/core/tasks/read_many.h.
const SYSCALLS = ['open', 'fstat', 'read'] as const;
const ELSEWHERE = 3;

type Batch = Promise<{ output: Buffer; done: boolean }>;

/** Reads the files at `paths` in order, in batches. The next batch is read while one is consumed. The timeout applies to each. */
export class NativeReadMany implements AsyncIterableIterator<readonly ReadManyAnswer[]> {
  readonly #paths: readonly FilePath[];
  readonly #call: Call;
  readonly #cursor: TaskCursor;
  #at = 0;
  #ahead: Batch | undefined;
  /** The last file of the previous batch, if `readWhole` has to read it, because no thread may wait for a FIFO or a device. */
  #elsewhere: number | undefined;

  constructor(paths: readonly FilePath[], o: GivenOptions) {
    this.#paths = paths;
    this.#call = bulk(o);
    this.#cursor = new TaskCursor(READ_MANY, [joinPaths(paths)], [BATCH_BYTES]);
    this.#ahead = this.#ask();
  }

  #ask(): Batch {
    const batch = nextBatch(this.#cursor, this.#call.renewed(), 'open', this.#paths[this.#at] ?? '');
    batch.catch(() => undefined); // thrown where it is awaited
    return batch;
  }

  async next(): Promise<IteratorResult<readonly ReadManyAnswer[]>> {
    if (this.#elsewhere !== undefined)
      return { done: false, value: [await this.#readElsewhere(this.#elsewhere)] };
    if (this.#ahead === undefined) return { done: true, value: undefined };
    const { output, done } = await this.#ahead;
    const value = output.length === 0 ? [] : this.#answersIn(output);
    if (done) this.#end();
    else if (this.#elsewhere === undefined) this.#ahead = this.#ask();
    return { done: false, value };
  }

  #answersIn(output: Buffer): ReadManyAnswer[] {
    const end = output.length - 8;
    const count = uint64At(output, end);
    let entry = end - count * TABLE_ENTRY_BYTES;
    let begin = 0;
    const answers: ReadManyAnswer[] = [];
    for (let i = 0; i < count; i++, entry += TABLE_ENTRY_BYTES) {
      const size = uint64At(output, entry);
      const code = int32At(output, entry + 8);
      const call = int32At(output, entry + 12);
      const index = this.#at++;
      if (call === ELSEWHERE) {
        this.#elsewhere = index;
        break;
      }
      answers.push(
        code < 0
          ? { index, error: this.#errorOf(index, code, call) }
          : { index, data: output.subarray(begin, begin + size) },
      );
      begin += size;
    }
    return answers;
  }

  // The task keeps the file open meanwhile, and continues only afterwards.
  async #readElsewhere(index: number): Promise<ReadManyAnswer> {
    let answer: ReadManyAnswer;
    try {
      answer = { index, data: await readWhole(this.#paths[index]!, 0, this.#call.renewed()) };
    } catch (error) {
      if (isEndOfCall(error)) throw error;
      answer = { index, error: error as Error };
    }
    // It is a different one if the iterator has ended.
    if (this.#elsewhere === index) {
      this.#elsewhere = undefined;
      this.#ahead = this.#ask();
    }
    return answer;
  }

  // As in Node, only the call that takes a path names it.
  #errorOf(index: number, code: number, call: number): Error {
    return call === 0
      ? systemError(code, SYSCALLS[0], this.#paths[index])
      : systemError(code, SYSCALLS[call] ?? 'read');
  }

  #end(): void {
    this.#ahead = this.#elsewhere = undefined;
    this.#cursor.close();
    descriptorFreed();
  }

  async return(): Promise<IteratorResult<readonly ReadManyAnswer[]>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

// StatManyFlags of src-native/core/tasks/stat_many.h.
const LINKS_THEMSELVES = 1;
const EXACT = 2;

const STAT_FIELDS = 19;

/** The status or the error of each of `paths`, in order. */
export async function statMany(
  paths: readonly FilePath[],
  { followSymlinks, bigint }: StatCall,
  o: GivenOptions,
): Promise<(Stats | BigIntStats | Error)[]> {
  const flags = (followSymlinks ? 0 : LINKS_THEMSELVES) | (bigint ? EXACT : 0);
  const output = await runTask(STAT_MANY, [joinPaths(paths)], [flags], bulk(o));
  const count = paths.length * STAT_FIELDS;
  const doubles = bigint ? new Float64Array(0) : doublesAt(output, 0, count);
  const integers = bigint ? int64sAt(output, count) : new BigInt64Array(0);
  const answers = new Array<Stats | BigIntStats | Error>(paths.length);
  for (let i = 0, at = 0; i < paths.length; i++, at += STAT_FIELDS) {
    const code = bigint ? Number(integers[at]) : doubles[at]!;
    answers[i] =
      code < 0
        ? systemError(code, followSymlinks ? 'stat' : 'lstat', paths[i])
        : bigint
          ? bigIntStatsFrom(integers, at + 1)
          : statsFrom(doubles, at + 1);
  }
  return answers;
}
