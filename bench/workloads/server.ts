// A file server: node:http answers with a random one of 10,000 files of 16 KiB (one in twenty is 1 MiB) and appends a line to its
// log. The same server over each contender, in a process of its own; the load comes from another one, at a fixed arrival rate.
import { rmSync } from 'node:fs';
import { startService, type Service } from '../harness/service.js';
import { threadPools } from '../support/thread-pool-contender.js';
import type { Load, LoadFigures } from '../support/load-child.js';
import type { ServerFigures, ServerTask } from '../support/server-child.js';
import type { Context, Sample, Workload } from '../harness/types.js';

export interface ServerParams extends Omit<ServerTask, 'contender'> {
  readonly generator: Service;
  readonly connections: number;
  readonly seconds: number;
}

export interface RunningServer {
  readonly port: number;
  readonly service: Service;
  close(): Promise<void>;
}

export type ServerWorkload = Workload<'wholeReader', ServerParams, RunningServer>;

/** Starts the server of a contender. */
export async function startServer(
  contender: string,
  { generator: _, ...task }: ServerParams,
): Promise<RunningServer> {
  const service = startService('server-child.ts');
  try {
    const port = await service.ask<number>('start', { ...task, contender } satisfies ServerTask);
    return { port, service, close: () => service.stop() };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** One stretch of load: what the clients saw, and what it cost the server. */
export async function putLoad(
  { port, service }: RunningServer,
  { generator, connections, paths }: ServerParams,
  { seconds, rate }: Pick<Load, 'seconds' | 'rate'>,
): Promise<LoadFigures & ServerFigures> {
  await service.ask('begin');
  const load: Load = { port, connections, seconds, paths: paths.length, ...(rate && { rate }) };
  const seen = await generator.ask<LoadFigures>('load', load);
  return { ...seen, ...(await service.ask<ServerFigures>('end')) };
}

/** The figures of a stretch as a sample. */
export function sampleOf(figures: LoadFigures & ServerFigures): Sample {
  const { requests, seconds, p50, p99, p999, max, latencies, timeline, cpuMs } = figures;
  const { delayP99Ms, delayMaxMs, rssMiB, bulkJobs } = figures;
  return {
    operations: requests,
    nanoseconds: seconds * 1e9,
    latencies,
    timeline,
    cpuUs: (cpuMs * 1000) / requests,
    values: {
      ...{ p50Ms: p50, p99Ms: p99, p999Ms: p999, maxMs: max, rssMiB },
      ...(delayP99Ms !== undefined && { delayP99Ms }),
      ...(delayMaxMs !== undefined && { delayMaxMs }),
      ...(bulkJobs !== undefined && { bulkJobs }),
    },
  };
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
    generator: startService('load-child.ts'),
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
    start: (contender, params) => startServer(contender.name, params),
    async cleanup({ generator, bulk: load, log }) {
      await generator.stop();
      for (const path of [log, load?.copy]) if (path !== undefined) rmSync(path, { force: true });
    },
    ...named,
  };
};

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
    floors: [...neverBehind, { over: 'fs-promises', cpuAtMost: 0.7 }],
  }),
  server({
    name: 'server-bulk',
    title: 'The same server at 300 requests per second while it copies 2 GB and walks 100,000 entries',
    order: 401,
    bulk: true,
    measure: async (running, params, _total, { quick }) =>
      sampleOf(await putLoad(running, params, { seconds: params.seconds, rate: quick ? 50 : 300 })),
    floors: [{ value: 'p99Ms', over: 'fs-promises', atMost: 0.5 }, ...neverBehind],
  }),
  server({
    name: 'server-limit',
    title: 'The most requests per second of the same server with a p99 of 20 ms or less',
    order: 402,
    baseline: 'fs-promises',
    rounds: 3,
    measure: async (running, params, _total, { quick }) => {
      const seconds = quick ? 0.2 : 1;
      let best: (LoadFigures & ServerFigures) | undefined;
      if (!quick) await putLoad(running, params, { seconds, rate: 500 });
      for (let rate = quick ? 100 : 800, failures = 0; failures < 2;) {
        const figures = await putLoad(running, params, { seconds, rate });
        best ??= figures;
        if (quick) break;
        // What was due late was not answered at that rate. One bad second is tried again: it may have been somebody else's.
        if (figures.p99 > 20 || figures.requests / figures.seconds < 0.95 * rate) {
          failures++;
        } else {
          best = figures;
          failures = 0;
          rate *= 1.25;
        }
      }
      return sampleOf(best!);
    },
    floors: [{ over: 'fs-promises', atLeast: 1.5 }, { aheadOfPeers: true }],
  }),
];
