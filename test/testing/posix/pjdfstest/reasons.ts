// Why applicable assertions fail, by case and by the number of the assertion within it.

/** Which assertions fail where, and why. */
interface Reason {
  readonly assertions: readonly number[];
  readonly on: 'memory' | 'disk' | 'both';
  readonly why: string;
}

const REASONS: Readonly<Record<string, Reason>> = {
  'ftruncate/13.t': {
    assertions: [2, 3],
    on: 'both',
    why: 'a FileHandle of Node treats a negative size as 0',
  },
  'symlink/03.t': {
    assertions: [6],
    on: 'memory',
    why: 'the directory of the case counts as part of paths, but not of the content of a link, which may be that much longer',
  },
  'utimensat/08.t': {
    assertions: [5, 6],
    on: 'disk',
    why: 'a number of seconds has no room for nanoseconds; in memory, times are rounded to microseconds',
  },
};

/** Why an assertion fails on one of them or both; undefined if it should pass. */
export function reasonOf(
  name: string,
  number: number,
  failsInMemory: boolean,
  failsOnDisk: boolean,
): string | undefined {
  const on = failsInMemory && failsOnDisk ? 'both' : failsInMemory ? 'memory' : 'disk';
  const reason = REASONS[name];
  return reason?.on === on && reason.assertions.includes(number) ? reason.why : undefined;
}
