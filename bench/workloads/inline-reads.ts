// The inline path: cached data is read on the loop thread, without a thread hop. The cost of Node's own thread hop
// differs between Node 20 and later versions, and so do the floors.
import { randomReads } from './random-reads.js';
import { wholeFiles } from './whole-files.js';

const isNode20 = Number.parseInt(process.versions.node, 10) < 22;
const common = { issue: 6, inline: true } as const;
const besides = ['fs-promises', 'fs-callback', 'fs-sync'];

export default [
  randomReads({
    ...common,
    name: 'inline-read-4k-1',
    title: 'Cached 4 KiB random reads, inline path, 1 in flight',
    order: 200,
    requires: ['open', 'configure'],
    inFlight: 1,
    contenders: besides,
    floors: [
      { over: 'fs-promises', atLeast: isNode20 ? 8 : 5 },
      { over: 'fs-sync', timeAtMost: 1.6 },
      { over: 'fs-promises', cpuAtMost: 0.25 },
    ],
  }),
  randomReads({
    ...common,
    name: 'inline-read-4k-512',
    title: 'Cached 4 KiB random reads, inline path, 512 in flight',
    order: 201,
    requires: ['open', 'configure'],
    inFlight: 512,
    contenders: besides,
    floors: [
      { over: 'fs-promises', atLeast: 5 },
      { over: 'fs-promises', cpuAtMost: 0.25 },
    ],
  }),
  randomReads({
    ...common,
    name: 'inline-read-64k-1',
    title: 'Cached 64 KiB random reads, inline path, 1 in flight',
    order: 202,
    requires: ['open', 'configure'],
    inFlight: 1,
    bytes: 65_536,
    contenders: [...besides, 'fs-promises-fresh'],
    floors: [{ over: 'fs-promises', atLeast: 1.5 }],
  }),
  wholeFiles({
    ...common,
    name: 'inline-whole-4k-1',
    title: 'Whole 4 KiB files, inline path, 1 in flight',
    order: 203,
    requires: ['readBytes', 'configure'],
    inFlight: 1,
    contenders: besides,
    floors: [
      { over: 'fs-promises', atLeast: isNode20 ? 8 : 3 },
      { over: 'fs-sync', timeAtMost: 1.5 },
    ],
  }),
];
