// Static files over HTTP, by the usual packages: 16 connections, each of which sends its next request immediately. Each
// contender's server is a process of its own, and its CPU time is that process's. The load comes from one more process.
import type { Floor, Workload } from '../harness/types.js';
import {
  putLoad,
  sampleOf,
  startLoad,
  startServer,
  type RunningServer,
  type ServerParams,
} from './server.js';

const serving = (rest: {
  name: string;
  size: string;
  bytes: number;
  files: number;
  order: number;
  floors: readonly Floor[];
}): Workload<'fileHandler', ServerParams, RunningServer> => {
  const { size, bytes, files, ...named } = rest;
  return {
    title: `Static files of ${size} over HTTP, flat out: serveFile compared with send, sirv and createReadStream`,
    issue: 15,
    inline: true,
    capability: 'fileHandler',
    baseline: 'fs-stream',
    contenders: ['fs-stream', 'send', 'sirv'],
    requires: ['serveFile'],
    rounds: 5,
    warmUp: true,
    fixedTotal: () => 1,
    fixture: ({ fixtures, quick }) => ({
      ...fixtures.smallFiles(quick ? 2 : files, bytes),
      kind: 'handler',
      log: fixtures.freshPath('log'),
      generator: startLoad(),
      connections: 16,
      seconds: quick ? 0.2 : 2,
    }),
    start: (contender, params) => startServer(contender, params),
    measure: async (running, params) => sampleOf(await putLoad(running, params, { seconds: params.seconds })),
    cleanup: ({ generator }) => generator.stop(),
    ...named,
  };
};

export default [
  serving({
    name: 'serve-16k',
    size: '16 KiB',
    bytes: 16 << 10,
    files: 256,
    order: 410,
    floors: [
      { over: 'send', cpuAtMost: 0.5 },
      { over: 'sirv', cpuAtMost: 1 },
    ],
  }),
  serving({
    name: 'serve-1m',
    size: '1 MiB',
    bytes: 1 << 20,
    files: 32,
    order: 411,
    floors: [{ over: 'fs-stream', cpuAtMost: 0.5 }],
  }),
  serving({
    name: 'serve-8m',
    size: '8 MiB',
    bytes: 8 << 20,
    files: 8,
    order: 412,
    floors: [
      { over: 'fs-stream', cpuAtMost: 0.4 },
      {
        value: 'rssGrowthMiB',
        atMost: 8,
        text: 'memory does not grow: at most 8 MiB from the second quarter on',
      },
    ],
  }),
];
