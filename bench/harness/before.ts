// Compares two builds of the library with each other: which workloads a change has made faster, and which slower.
import path from 'node:path';
import ours, { contenderOver } from '../contenders/uvfiles.js';
import { BUILD, buildIn, entryIn, firstMissingOf } from './library.js';
import type { AnyWorkload, Contender } from './types.js';

const name = 'uvfiles-before';
const worst = 0.97;

/** The contender over the build in a directory, the root of another checkout. */
export async function contenderBefore(directory: string): Promise<Contender> {
  const build = await buildIn(directory);
  return {
    ...contenderOver(build),
    ...{ name, title: 'uvfiles before', kind: 'limit', order: 1 },
    importable: () => ({ specifier: entryIn(directory) }),
    lacks: (required) => firstMissingOf(build.main(), required),
    // The child process loads that build in place of this one.
    inChild: { contender: ours.name, env: { [BUILD]: path.resolve(directory) } },
  };
}

/** The workload with that contender alone beside uvfiles, and with the only floor that no change may fall below. */
export function besideBefore<W extends AnyWorkload>(workload: W): W {
  const floors = [
    { over: name, atLeast: worst, text: `at least ${worst} of the throughput before` },
    ...(workload.floorsBefore ?? []),
  ];
  return { ...workload, baseline: name, contenders: [name], floors };
}
