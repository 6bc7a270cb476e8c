// Many stats in a few native jobs.
import type { BigIntStats, Stats } from 'node:fs';

import { checkPathList } from '../arguments/path-list.js';
import { pathToRead } from '../arguments/checked-path.js';
import type { Path } from '../arguments/path.js';
import { systemError } from '../errors/index.js';
import type { StatOptions } from '../file/handle.js';
import { joinPaths } from '../native/names.js';
import { doublesAt, int64sAt } from '../native/records.js';
import { bulk } from '../native/run-patiently.js';
import { bigIntStatsFrom, statsFrom } from '../native/stats.js';
import { STAT_MANY } from '../native/task-kinds.js';
import { runTask } from '../native/tasks.js';

/** Options of `statMany`. */
export interface StatManyOptions extends StatOptions {
  /** False tells of links themselves. Default true. */
  followSymlinks?: boolean | undefined;
}

// StatManyFlags of src-native/platform/posix/tasks/stat_many.h.
const LINKS_THEMSELVES = 1;
const EXACT = 2;

const FIELDS = 19;

/** So many paths are one job: the jobs of a list run in parallel, and their answers are taken while others run. */
const JOB_PATHS = 512;

type Answer = Stats | BigIntStats | Error;

/**
 * Stats many paths, several times faster than one by one.
 * @returns for each path, in order, its Stats (BigIntStats with `{ bigint: true }`) or the Error it would be rejected with
 * @throws TypeError when `paths` is no list, AbortError, TimeoutError
 * @example const sizes = (await statMany(paths)).map((s) => (s instanceof Error ? 0 : s.size));
 */
export function statMany(
  paths: Iterable<Path>,
  o: StatManyOptions & { bigint: true },
): Promise<(BigIntStats | Error)[]>;
export function statMany(paths: Iterable<Path>, o?: StatManyOptions): Promise<(Stats | Error)[]>;
export async function statMany(paths: Iterable<Path>, o: StatManyOptions = {}): Promise<Answer[]> {
  checkPathList(paths, false);
  const all = [...paths];
  const answers = new Array<Answer>(all.length);
  const jobs: Promise<void>[] = [];
  for (let from = 0; from < all.length; from += JOB_PATHS) {
    jobs.push(statSome(all.slice(from, from + JOB_PATHS), answers, from, o));
  }
  await Promise.all(jobs);
  return answers;
}

async function statSome(paths: Path[], answers: Answer[], from: number, o: StatManyOptions): Promise<void> {
  const refused = new Map<number, Error>();
  const checked = paths.map((path, i) => {
    try {
      return pathToRead(path);
    } catch {
      refused.set(i, refusalOf(path, `paths[${from + i}]`));
      return '';
    }
  });
  const exact = o.bigint === true;
  const links = o.followSymlinks === false;
  const flags = (links ? LINKS_THEMSELVES : 0) | (exact ? EXACT : 0);
  const output = await runTask(STAT_MANY, [joinPaths(checked)], [flags], bulk(o));
  const count = paths.length * FIELDS;
  const doubles = exact ? new Float64Array(0) : doublesAt(output, 0, count);
  const integers = exact ? int64sAt(output, 0, count) : new BigInt64Array(0);
  for (let i = 0, at = 0; i < paths.length; i++, at += FIELDS) {
    const code = exact ? Number(integers[at]) : doubles[at]!;
    const error =
      refused.get(i) ?? (code < 0 ? systemError(code, links ? 'lstat' : 'stat', checked[i]) : undefined);
    answers[from + i] = error ?? (exact ? bigIntStatsFrom(integers, at + 1) : statsFrom(doubles, at + 1));
  }
}

// Names are made for who needs them only: one a path costs a list more than its checks.
function refusalOf(path: Path, name: string): Error {
  try {
    pathToRead(path, name);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${name} was refused, and then was not`);
}
