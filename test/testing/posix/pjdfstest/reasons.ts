// Why assertions fail that apply: by case, and by the number of the assertion within it.

/** Where an assertion fails, and why. */
interface Reason {
  readonly assertions: readonly number[];
  readonly on: 'memory' | 'disk' | 'both';
  readonly why: string;
}

const REASONS: Readonly<Record<string, Reason>> = {
  'ftruncate/13.t': {
    assertions: [2, 3],
    on: 'both',
    why: 'a FileHandle of Node takes a negative size for 0',
  },
  'symlink/03.t': {
    assertions: [6],
    on: 'memory',
    why: 'the directory of the case counts as a part of paths, but not of what a link holds, which may be so much longer',
  },
  'utimensat/08.t': {
    assertions: [5, 6],
    on: 'disk',
    why: 'a number of seconds has no room for nanoseconds; in memory, times are rounded to microseconds',
  },
};

/** Why an assertion fails on one of them or both; undefined where it should not. */
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
