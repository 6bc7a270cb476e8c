// Compares two builds of the library with each other: which workloads a change has made faster, and which slower.
import { contenderOver } from '../contenders/uvfiles.js';
import { entryIn, libraryAt } from './library.js';
import type { AnyWorkload, Contender } from './types.js';

const name = 'uvfiles-before';
const worst = 0.97;

/** The contender over the build in a directory, the root of another checkout. */
export async function contenderBefore(directory: string): Promise<Contender> {
  const entry = entryIn(directory);
  const library = await libraryAt(entry);
  return {
    ...contenderOver(() => library),
    ...{ name, title: 'uvfiles before', kind: 'limit', order: 1 },
    importable: () => ({ specifier: entry }),
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
