// The inline path for names: answers from cached names and inodes, without a thread.
import type { BigIntStats, Stats } from 'node:fs';

import type { StatedFile } from '../filesystem/open-file.js';
import type { GivenOptions } from '../schedule/options.js';
import { addon } from './addon.js';
import { OWN_MEMORY, place, placed } from './inline.js';
import * as P from './protocol.js';
import { count, FEW_DEFERRED, MANY_DEFERRED, mayInline, mayDefer, deferred } from './inline-budget.js';
import { args, bigArgs, type OpenedRecord } from './requests.js';
import { bigIntStatsFrom, statsFrom } from './stats.js';

const ANSWER_EXACT = 1;
const ANSWER_LINK = 2;
const ANSWER_STATUS = 1;

/** Answers from the cache immediately or, if the budget is spent, in the next iteration. Otherwise, the pool makes the call. */
export function inlineOr<T>(
  cached: () => T | undefined,
  pool: () => Promise<T>,
  o: GivenOptions,
): Promise<T> {
  if (mayInline(o)) {
    const answer = cached();
    if (answer !== undefined) return Promise.resolve(answer);
  } else if (mayDefer(FEW_DEFERRED, o)) {
    return deferred(undefined, () => inlineOr(cached, pool, o));
  }
  return pool();
}

/** The status, or the system's negative code if the name is missing. */
export function statCached(
  path: string | Uint8Array,
  follow: boolean,
  exact: boolean,
  o: GivenOptions,
): Stats | BigIntStats | number | undefined {
  args[P.ARG_FLAGS] = (exact ? ANSWER_EXACT : 0) | (follow ? 0 : ANSWER_LINK);
  addon.inlineStat(path);
  const status = args[P.ARG_STATUS] as number;
  const hit = status > P.MISS;
  const answer = !hit
    ? undefined
    : status < 0
      ? status
      : exact
        ? bigIntStatsFrom(bigArgs, P.ARG_ANSWER)
        : statsFrom(args, P.ARG_ANSWER);
  count(follow ? 'stat' : 'lstat', o, hit, path);
  return answer;
}

/** Whether the real user and group may use the path in this way. */
export function accessCached(path: string | Uint8Array, mode: number, o: GivenOptions): boolean | undefined {
  args[P.ARG_MODE] = mode;
  addon.inlineAccess(path);
  const status = args[P.ARG_STATUS] as number;
  count('access', o, status >= 0, path);
  return status < 0 ? undefined : status === 1;
}

const LINK_MOST = 255; // bytes; links that are answered inline are shorter

/** The target of a short link. */
export function readlinkCached(path: string | Uint8Array, o: GivenOptions): Buffer | undefined {
  addon.inlineReadlink(path, place(LINK_MOST));
  const size = args[P.ARG_STATUS] as number;
  const target = size < 0 ? undefined : placed(size);
  count('readlink', o, size >= 0, path);
  return target;
}

/** The whole file if it is small and cached. */
export function readFileCached(path: string | Uint8Array, o: GivenOptions): Buffer | undefined {
  args[P.ARG_FLAGS] = 0;
  addon.inlineReadFile(path, place(OWN_MEMORY + 1));
  const size = args[P.ARG_STATUS] as number;
  const bytes = size < 0 ? undefined : placed(size);
  count('readFile', o, size >= 0, path);
  return bytes;
}

/**
 * A whole file with its status if it is small, cached and not empty. With a `root`, `path` is relative to it. Past the
 * budget, this is tried in a later iteration, because a request to the pool would take this thread more time.
 */
export function readStatedCached(
  path: string | Uint8Array,
  o: GivenOptions,
  root?: string | Uint8Array,
): StatedFile | undefined | Promise<StatedFile | undefined> {
  if (mayInline(o)) return readStated(path, o, root);
  if (!mayDefer(MANY_DEFERRED, o)) return undefined;
  return deferred(undefined, () => (mayInline(o) ? readStated(path, o, root) : undefined));
}

function readStated(
  path: string | Uint8Array,
  o: GivenOptions,
  root: string | Uint8Array | undefined,
): StatedFile | undefined {
  args[P.ARG_FLAGS] = ANSWER_STATUS;
  if (root === undefined) addon.inlineReadFile(path, place(OWN_MEMORY + 1));
  else addon.inlineReadFile(path, place(OWN_MEMORY + 1), root);
  const size = args[P.ARG_STATUS] as number;
  const found = size < 0 ? undefined : { stats: statsFrom(args, P.ARG_ANSWER), bytes: placed(size) };
  count('readFile', o, size >= 0, path);
  return found;
}

/** Opens for reading if every name of the path is cached. With a `root`, an absolute path, nothing outside it is opened. */
export function openCached(
  path: string | Uint8Array,
  flags: number,
  o: GivenOptions,
  root?: string | Uint8Array,
): OpenedRecord | undefined {
  args[P.ARG_OPEN_FLAGS] = flags;
  if (root === undefined) addon.inlineOpen(path);
  else addon.inlineOpen(path, root);
  const fd = args[P.ARG_STATUS] as number;
  const record =
    fd < 0
      ? undefined
      : {
          fd,
          id: args[P.ARG_ANSWER] as number,
          kind: args[P.ARG_ANSWER + 1] as number,
          seekable: true,
          position: 0,
          size: args[P.ARG_ANSWER + 4] as number,
          access: 2,
        };
  count('open', o, fd >= 0, path);
  return record;
}
