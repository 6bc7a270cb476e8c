// The mixed server, for the requested time: node --expose-gc --import tsx soak.ts [--seconds 3600] [--seed N]. Clients act at
// random, side by side. After each of 12 windows they pause, and what the process holds at rest is counted. The windows of the
// last third are compared with those of the second: a leak is what grows. Latencies are printed for each window, but not
// checked.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { metrics } from 'uvfiles';

import { Random } from '../../support/random.js';
import { startClients } from './soak-clients.js';

const WINDOWS = 12;
const THIRD = WINDOWS / 3;
const AT_ONCE = 24;
/** Growth from the second third to the last that is not a leak: pages that the allocator has not given back. */
const MEMORY_SLACK = 1.15;
const MEGABYTE = 1 << 20;
/** Actions that take much time or memory are performed this many times less often. */
const RARE: Readonly<Record<string, number>> = {
  worker: 40,
  forgets: 4,
  makesTemporaryFiles: 3,
  looksAtTrees: 3,
};

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '3600' }, seed: { type: 'string', default: '1' } },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);

/** The resources that the process holds. */
interface Standing {
  descriptors: number;
  threads: number;
  handles: number;
  heap: number;
  external: number;
  rss: number;
}

const count = (directory: string): number =>
  process.platform === 'linux' ? readdirSync(directory).length : 0;

function standing(): Standing {
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
    handles: process.getActiveResourcesInfo().filter((each) => each !== 'Timeout').length,
    heap: heapUsed,
    external,
    rss,
  };
}

/** The minimum of several counts with garbage collections in between, because files that are still closing do not count. */
async function atRest(): Promise<Standing> {
  const least = standing();
  for (let look = 0; look < 20; look++) {
    globalThis.gc!();
    await pause(20);
    const now = standing();
    for (const key of Object.keys(least) as (keyof Standing)[]) least[key] = Math.min(least[key], now[key]);
  }
  return least;
}

let unclosed = 0;
process.removeAllListeners('warning');
process.on('warning', (warning: Error & { code?: string }) => {
  if (warning.code === 'UVFILES_UNCLOSED') unclosed++;
  else throw warning;
});

const top = mkdtempSync(path.join(tmpdir(), 'uvfiles-soak-'));
process.once('exit', () => rmSync(top, { recursive: true, force: true }));
const clients = await startClients(top);
const names = Object.keys(clients.actions).flatMap((name) =>
  Array.from({ length: Math.ceil(40 / (RARE[name] ?? 1)) }, () => name),
);
const random = new Random(seed);
const actions = new Map<string, number>();

/** Lets the clients act until `end`, and answers what each action took, in milliseconds. */
async function runWindow(end: number): Promise<number[]> {
  const taken: number[] = [];
  const client = async (number: number): Promise<void> => {
    while (performance.now() < end) {
      const name = random.pick(names);
      const started = performance.now();
      try {
        await clients.actions[name]!(random, number);
      } catch (error) {
        throw new Error(`${name} fails`, { cause: error });
      }
      taken.push(performance.now() - started);
      actions.set(name, (actions.get(name) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => client(number)));
  return taken.sort((a, b) => a - b);
}

function faultsOf(windows: readonly Standing[]): string[] {
  const middle = (key: keyof Standing, from: number): number =>
    windows
      .slice(from, from + THIRD)
      .map((each) => each[key])
      .sort((a, b) => a - b)[THIRD / 2]!;
  const limits: Record<keyof Standing, (before: number) => number> = {
    descriptors: (before) => before + 1,
    threads: (before) => before + 1,
    handles: (before) => before + 1,
    heap: (before) => before * MEMORY_SLACK + 2 * MEGABYTE,
    external: (before) => before * MEMORY_SLACK + 4 * MEGABYTE,
    rss: (before) => before * MEMORY_SLACK + 16 * MEGABYTE,
  };
  return (Object.keys(limits) as (keyof Standing)[]).flatMap((key) => {
    const [before, after] = [middle(key, THIRD), middle(key, 2 * THIRD)];
    return after > limits[key](before) ? [`${key} grow from ${before} to ${after}`] : [];
  });
}

const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
const cells = (...texts: unknown[]): string => texts.map((text) => String(text).padStart(12)).join('');
console.log(`${seconds} seconds, seed ${seed}; memory in MiB, latencies of actions in ms`);
console.log(
  cells(
    'window',
    'actions',
    'p50',
    'p99',
    'max',
    'descriptors',
    'threads',
    'handles',
    'heap',
    'external',
    'rss',
  ),
);
const windows: Standing[] = [];
const faults: string[] = [];
for (let window = 1; window <= WINDOWS; window++) {
  const taken = await runWindow(performance.now() + (seconds * 1000) / WINDOWS);
  clients.rest();
  const now = await atRest();
  windows.push(now);
  const at = (share: number): string => taken[Math.floor((taken.length - 1) * share)]!.toFixed(1);
  const memory = [now.heap, now.external, now.rss].map(megabytes);
  console.log(
    cells(
      window,
      taken.length,
      at(0.5),
      at(0.99),
      at(1),
      now.descriptors,
      now.threads,
      now.handles,
      ...memory,
    ),
  );
  const strays = await clients.check();
  if (strays.length > 0) faults.push(`after window ${window}, temporary files are left: ${strays.join()}`);
  const busy = Object.entries(metrics().lanes).filter(([, lane]) => lane.queued + lane.running > 0);
  if (busy.length > 0) faults.push(`after window ${window}, lanes are not idle: ${JSON.stringify(busy)}`);
}
await clients.close();
faults.push(...faultsOf(windows));
const forgotten = actions.get('forgets') ?? 0;
if (unclosed !== forgotten) faults.push(`${forgotten} handles were forgotten, and ${unclosed} warned about`);
for (const fault of faults) console.log(`FAULT: ${fault}`);
const total = [...actions.values()].reduce((sum, each) => sum + each, 0);
console.log(
  JSON.stringify({ actions: total, forgotten, workers: actions.get('worker') ?? 0, faults: faults.length }),
);
process.exitCode = faults.length > 0 ? 1 : 0;
