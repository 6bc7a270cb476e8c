// Sets of workloads that are selected by one name, each with its rounds and contenders.
import type { AnyWorkload, Contender } from './types.js';

export interface Choice {
  readonly rounds: number;
  /** The contenders besides uvfiles and the baseline. Default: all that support the workload. */
  readonly contenders?: readonly string[];
}

interface Set {
  readonly roundMs: number;
  /** By the names of workloads. */
  readonly choices: ReadonlyMap<string, Choice>;
}

const nodes = ['fs-promises', 'fs-callback', 'fs-sync'];
const throughThePool = [
  ...['fs-callback', 'fs-sync', 'piscina', 'tinypool', 'workerpool', 'poolifier', 'shared-ring'],
  ...['bun', 'deno', 'python-aiofiles', 'bare-uv', 'bare-uv-callback'],
];
const servers = ['fs-promises', 'piscina'];

const with7Rounds = (contenders: readonly string[], names: readonly string[]) =>
  names.map((name): [string, Choice] => [name, { rounds: 7, contenders }]);

const inFlight = ['read-4k', 'read-64k', 'whole-4k', 'stat'].flatMap((call) =>
  [1, 8, 64, 512].map((count) => `in-flight-${call}-${count}`),
);

/** What docs/benchmarks.md and the README show: about 25 minutes with the curves, on a machine of two cores. */
const published: readonly [string, Choice][] = [
  ...with7Rounds(
    [...nodes, 'bun', 'deno'],
    ['inline-read-4k-1', 'inline-read-4k-512', 'inline-read-64k-1', 'inline-whole-4k-1', 'inline-stat-1'],
  ),
  ...with7Rounds(throughThePool, ['read-4k-1', 'read-4k-64', 'read-4k-512', 'whole-4k-64']),
  ...with7Rounds([...nodes, 'fs-stream'], ['stat-64', 'write-64b']),
  ...with7Rounds([...nodes, 'uvfiles-transfer', 'uvfiles-fresh', 'fs-promises-fresh'], ['read-1m-8']),
  ['durable-appends', { rounds: 5, contenders: nodes }],
  ['blocked-loop', { rounds: 3, contenders: nodes }],
  ['slow-mount', { rounds: 3 }],
  ['whole-100m', { rounds: 5 }],
  ['stream-1g', { rounds: 5 }],
  ['lines', { rounds: 5 }],
  ['lines-batch', { rounds: 5 }],
  ['read-text', { rounds: 5, contenders: nodes }],
  ['temp-files', { rounds: 5 }],
  ['remove-tree', { rounds: 3, contenders: ['fs-promises', 'fs-extra', 'rm'] }],
  ['stat-many', { rounds: 5 }],
  ['walk', { rounds: 5 }],
  ['read-many', { rounds: 5, contenders: [...nodes, 'graceful-fs'] }],
  ['glob', { rounds: 3, contenders: ['tinyglobby', 'fs-promises'] }],
  ['copy-tree', { rounds: 3, contenders: ['fs-promises', 'fs-extra', 'cp'] }],
  ['write-atomic', { rounds: 5 }],
  ['write-atomic-durable', { rounds: 5 }],
  ['cold-1', { rounds: 3, contenders: ['fs-promises'] }],
  ['cold-256', { rounds: 5 }],
  ['cold-read-many', { rounds: 5, contenders: ['fs-promises'] }],
  ['cold-whole-4k-64', { rounds: 5, contenders: ['fs-promises'] }],
  ['cold-stat-64', { rounds: 5, contenders: ['fs-promises'] }],
  ['server', { rounds: 5, contenders: servers }],
  ['server-bulk', { rounds: 5, contenders: servers }],
  ['server-limit', { rounds: 3, contenders: servers }],
  ['import', { rounds: 5 }],
  ...['serve-16k', 'serve-1m', 'serve-8m'].map((name): [string, Choice] => [name, { rounds: 3 }]),
  ...inFlight.map((name): [string, Choice] => [name, { rounds: 5 }]),
];

const sets: Readonly<Record<string, Set>> = {
  published: { roundMs: 100, choices: new Map(published) },
};

/** The set of that name. Throws a TypeError if there is none. */
export function setOf(name: string): Set {
  const set = Object.hasOwn(sets, name) ? sets[name] : undefined;
  if (set === undefined) throw new TypeError(`--set takes ${Object.keys(sets).join(' or ')}, not '${name}'`);
  return set;
}

/** A workload with the settings of a set; undefined if it is not in the set. The points of curves are in each set. */
export function choiceOf(set: Set, { name, scaling }: AnyWorkload): Choice | undefined {
  // A hundred thousand in flight take seconds per round.
  const rounds = (scaling?.value ?? 0) > 10_000 ? 2 : 3;
  return set.choices.get(name) ?? (scaling && { rounds, contenders: ['fs-promises'] });
}

/** Whether a choice includes a contender. */
export function isChosen(
  { contenders }: Choice,
  { name, kind }: Contender,
  { baseline }: AnyWorkload,
): boolean {
  return contenders === undefined || kind === 'ours' || name === baseline || contenders.includes(name);
}
