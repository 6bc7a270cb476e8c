// A file server: node:http answers with a random one of 10,000 files of 16 KiB (one in twenty is 1 MiB) and appends a line to its
// log. The same server over each contender, in a process of its own; the load comes from another one, at a fixed arrival rate.
import { rmSync } from 'node:fs';
import { startService, type Service } from '../harness/service.js';
import { forChild } from '../support/contender-by-name.js';
import { threadPools } from '../support/thread-pool-contender.js';
import type { Load, LoadFigures } from '../support/load-child.js';
import type { ServerFigures, ServerTask } from '../support/server-child.js';
import type { Contender, Context, Sample, Workload } from '../harness/types.js';

export interface ServerParams extends Omit<ServerTask, 'contender'> {
  readonly generator: Service;
  readonly connections: number;
  readonly seconds: number;
}

export interface RunningServer {
  readonly port: number;
  readonly service: Service;
  /** The most requests per second of the last round, from which the next round begins to search. */
  limit?: number;
  close(): Promise<void>;
}

type ServerWorkload = Workload<'wholeReader', ServerParams, RunningServer>;

/** Starts the process that puts load on servers. Its young generation is large, so that none of its pauses counts as latency. */
export const startLoad = (): Service =>
  startService('load-child.ts', { execArgv: ['--min-semi-space-size=64', '--max-semi-space-size=64'] });

/** Starts the server of a contender. */
export async function startServer(
  of: Contender,
  { generator: _, ...task }: ServerParams,
): Promise<RunningServer> {
  const { contender, env } = forChild(of);
  const service = startService('server-child.ts', { env });
  try {
    const port = await service.ask<number>('start', { ...task, contender } satisfies ServerTask);
    return { port, service, close: () => service.stop() };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** One period of load: what the clients saw, and what it cost the server. */
export async function putLoad(
  { port, service }: RunningServer,
  { generator, connections, paths }: ServerParams,
  { seconds, rate }: Pick<Load, 'seconds' | 'rate'>,
): Promise<LoadFigures & ServerFigures> {
  await service.ask('begin', { seconds });
  const load: Load = { port, connections, seconds, paths: paths.length, ...(rate && { rate }) };
  const seen = await generator.ask<LoadFigures>('load', load);
  return { ...seen, ...(await service.ask<ServerFigures>('end')) };
}

/** The figures of a period as a sample. */
export function sampleOf(figures: LoadFigures & ServerFigures): Sample {
  const { requests, seconds, p50, p99, p999, p9999, max, latencies, timeline, cpuMs } = figures;
  const { delayP99Ms, delayMaxMs, rssMiB, rssGrowthMiB, bulkMs } = figures;
  return {
    operations: requests,
    nanoseconds: seconds * 1e9,
    latencies,
    timeline,
    cpuUs: (cpuMs * 1000) / requests,
    values: {
      ...{ p50Ms: p50, p99Ms: p99, p999Ms: p999, p9999Ms: p9999, maxMs: max, rssMiB, rssGrowthMiB },
      ...(delayP99Ms !== undefined && { delayP99Ms }),
      ...(delayMaxMs !== undefined && { delayMaxMs }),
      ...(bulkMs !== undefined && { bulkMs }),
    },
  };
}

const worstP99Ms = 20;
const rateStep = 1.2;

/** The figures of the highest rate at which the server keeps up and its p99 is low enough. */
async function limitOf(running: RunningServer, params: ServerParams, { quick }: Context) {
  const seconds = quick ? 0.2 : 1.5;
  // A bad period is repeated once, because other programs may have caused it.
  const attempt = async (rate: number, attempts = 2): Promise<LoadFigures & ServerFigures> => {
    const figures = await putLoad(running, params, { seconds, rate });
    return isKeptUp(figures, rate) || attempts === 1 ? figures : attempt(rate, attempts - 1);
  };
  if (quick) return attempt(100, 1);
  await putLoad(running, params, { seconds, rate: 500 });
  let rate = running.limit === undefined ? 800 : running.limit / rateStep ** 2;
  let best = await attempt(rate);
  if (isKeptUp(best, rate)) {
    for (let next = rate * rateStep; ; next *= rateStep) {
      const figures = await attempt(next);
      if (!isKeptUp(figures, next)) break;
      best = figures;
      rate = next;
    }
  } else {
    while (!isKeptUp(best, rate) && rate > 10) best = await attempt((rate /= rateStep));
  }
  running.limit = rate;
  return best;
}

function isKeptUp({ p99, requests, seconds }: LoadFigures, rate: number): boolean {
  return p99 <= worstP99Ms && requests / seconds >= 0.95 * rate;
}

function filesOf({ fixtures, quick }: Context): { top: string; paths: string[] } {
  const count = quick ? 100 : 10_000;
  const small = fixtures.smallFiles(count, 16 << 10).paths;
  const large = fixtures.smallFiles(quick ? 2 : 50, 1 << 20).paths;
  const paths = small.map((path, index) =>
    index % 20 === 7 ? large[Math.floor(index / 20) % large.length]! : path,
  );
  return { top: fixtures.directory, paths };
}

const fixture = (context: Context, bulk: boolean): ServerParams => {
  const { fixtures, quick } = context;
  return {
    ...filesOf(context),
    kind: 'files',
    log: fixtures.freshPath('log'),
    generator: startLoad(),
    connections: 32,
    seconds: quick ? 0.3 : 4,
    ...(bulk && {
      bulk: {
        source: fixtures.patterned(quick ? 8 << 20 : 2 ** 31),
        copy: fixtures.freshPath('copy'),
        top: fixtures.smallFiles(quick ? 200 : 99_000, 1).top,
      },
    }),
  };
};

const server = (
  rest: Pick<ServerWorkload, 'name' | 'title' | 'floors' | 'order' | 'baseline'> & {
    bulk?: boolean;
    measure: ServerWorkload['measure'];
    rounds?: number;
  },
): ServerWorkload => {
  const { bulk = false, ...named } = rest;
  return {
    issue: 17,
    inline: true,
    capability: 'wholeReader',
    contenders: ['fs-promises', 'fs-callback', 'fs-sync', ...threadPools],
    requires: ['readBytes'],
    rounds: 5,
    warmUp: false,
    fixedTotal: () => 1,
    fixture: (context) => fixture(context, bulk),
    start: (contender, params) => startServer(contender, params),
    async cleanup({ generator, bulk: load, log }) {
      await generator.stop();
      for (const path of [log, load?.copy]) if (path !== undefined) rmSync(path, { force: true });
    },
    ...named,
  };
};

// Issue 16.
const shortTail = ['p9999Ms', 'maxMs'].map((value) => ({
  value,
  over: 'fs-promises',
  atMost: 0.6,
  reason: 'the slowest requests wait for a processor (docs/benchmarks.md)',
}));

const neverBehind = ['p50Ms', 'p99Ms', 'p999Ms', 'maxMs'].map((value) => ({
  value,
  over: 'fs-promises',
  atMost: 1,
  text: `${value} not behind fs.promises`,
}));

export default [
  server({
    name: 'server',
    title: 'A file server at 1,000 requests per second: what clients see, and what it costs',
    order: 400,
    measure: async (running, params, _total, { quick }) => {
      if (!quick) await putLoad(running, params, { seconds: 1, rate: 500 });
      return sampleOf(await putLoad(running, params, { seconds: params.seconds, rate: quick ? 100 : 1000 }));
    },
    floors: [...neverBehind, ...shortTail, { over: 'fs-promises', cpuAtMost: 0.7 }],
  }),
  server({
    name: 'server-bulk',
    title:
      'The same server at 300 requests per second during a copy of 2 GB and two walks of 100,000 entries every 2 seconds',
    order: 401,
    bulk: true,
    measure: async (running, params, _total, { quick }) =>
      sampleOf(await putLoad(running, params, { seconds: params.seconds, rate: quick ? 50 : 300 })),
    floors: [
      { value: 'p99Ms', over: 'fs-promises', atMost: 0.5 },
      ...neverBehind,
      ...shortTail,
      { over: 'fs-promises', cpuAtMost: 0.7 },
    ],
  }),
  server({
    name: 'server-limit',
    title: 'The most requests per second of the same server with a p99 of 20 ms or less',
    order: 402,
    baseline: 'fs-promises',
    rounds: 3,
    measure: async (running, params, _total, context) => sampleOf(await limitOf(running, params, context)),
    floors: [{ over: 'fs-promises', atLeast: 1.5 }, { aheadOfPeers: true }],
  }),
];
