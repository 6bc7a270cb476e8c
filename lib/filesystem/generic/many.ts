// Lists of paths, a few at a time, for file systems without a better way.
import type { BigIntStats, Stats } from 'node:fs';

import { codeOf } from '../../errors/index.js';
import { callOf } from '../../schedule/call.js';
import type { GivenOptions } from '../../schedule/options.js';
import type { FilePath, ReadManyAnswer, StatCall } from '../filesystem.js';
import type { Store } from '../store.js';

const AT_A_TIME = 16;

/** Runs `work` for each index below `count`, at most `most` at a time. The first failure ends it. */
export async function forEachOf(
  count: number,
  work: (index: number) => Promise<void>,
  most = AT_A_TIME,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < count && !failed) {
      try {
        await work(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(most, count) }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Runs at most `count` jobs at a time, in the order of the calls; with `lastFirst`, the last of those that wait is the next.
 * After a failure, it starts no further job.
 */
export class Slots {
  #free: number;
  #failure: { error: unknown } | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #lastFirst: boolean;

  constructor(count: number, lastFirst = false) {
    this.#free = count;
    this.#lastFirst = lastFirst;
  }

  /** Whether a job can start at once. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  /** Jobs that have not started reject with this error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Throws the error of the first failure. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      this.check();
      return await job();
    } catch (error) {
      this.fail(error);
      throw error;
    } finally {
      const next = this.#lastFirst ? this.#waiting.pop() : this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** Errors that end the whole list rather than belong to one path. */
function endsAll(error: unknown): boolean {
  const code = codeOf(error);
  return (
    ['ABORT_ERR', 'ERR_TIMEOUT', 'ERR_LANE_FULL', 'ERR_FILES_FORBIDDEN'].includes(String(code)) ||
    !(error instanceof Error)
  );
}

export async function* readOneByOne(
  store: Store,
  paths: readonly FilePath[],
  o: GivenOptions,
): AsyncGenerator<readonly ReadManyAnswer[]> {
  for (let from = 0; from < paths.length; from += AT_A_TIME) {
    const some = paths.slice(from, from + AT_A_TIME);
    // The caller may use its files for any time before it asks for more.
    const call = callOf(o)?.renewed();
    const answers = new Array<ReadManyAnswer>(some.length);
    await forEachOf(some.length, async (i) => {
      try {
        answers[i] = { index: from + i, data: await store.readFile(some[i]!, call) };
      } catch (error) {
        if (endsAll(error)) throw error;
        answers[i] = { index: from + i, error: error as Error };
      }
    });
    yield answers;
  }
}

export async function statOneByOne(
  store: Store,
  paths: readonly FilePath[],
  options: StatCall,
  o: GivenOptions,
): Promise<(Stats | BigIntStats | Error)[]> {
  const answers = new Array<Stats | BigIntStats | Error>(paths.length);
  await forEachOf(paths.length, async (i) => {
    try {
      answers[i] = await store.stat(paths[i]!, options, o);
    } catch (error) {
      if (endsAll(error)) throw error;
      answers[i] = error as Error;
    }
  });
  return answers;
}
