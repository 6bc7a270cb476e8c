// Large reads of cached data: memory is the main cost, not the thread hop.
import { measureJob, type JobParams } from '../harness/jobs.js';
import type { Workload } from '../harness/types.js';
import { randomReads } from './random-reads.js';
import { wholeFiles } from './whole-files.js';

const reads = randomReads({
  name: 'read-1m-8',
  title: 'Cached 1 MiB reads through the pool, 8 in flight',
  issue: 2,
  order: 15,
  inFlight: 8,
  bytes: 1 << 20,
  contenders: [
    'uvfiles-transfer',
    'uvfiles-fresh',
    'fs-promises',
    'fs-promises-fresh',
    'fs-callback',
    'bare-uv',
  ],
  floors: [
    { of: 'uvfiles-transfer', over: 'fs-promises', atLeast: 1 },
    { of: 'uvfiles-transfer', aheadOfPeers: true },
    { of: 'uvfiles-fresh', over: 'fs-promises-fresh', atLeast: 1.3 },
  ],
});

const tooLarge = { skip: 'too large for --quick' };
const wholeBytes = 100 << 20;

const whole = wholeFiles({
  name: 'whole-100m',
  title: 'Cached files of 100 MiB read whole, one after another',
  issue: 16,
  order: 16,
  inline: true,
  inFlight: 1,
  bytes: wholeBytes,
  contenders: ['fs-promises', 'fs-callback'],
  fixedTotal: () => 4,
  fixture: ({ fixtures, quick }) => (quick ? tooLarge : fixtures.smallFiles(2, wholeBytes)),
  floors: [{ over: 'fs-promises', atLeast: 1.2 }],
});

const streamMiB = 1024;

const stream: Workload<'byteStreamer', JobParams & { path: string }> = {
  name: 'stream-1g',
  title: 'A cached file of 1 GiB as a stream, per MiB: readableStream() compared with createReadStream()',
  issue: 16,
  order: 17,
  inline: true,
  capability: 'byteStreamer',
  baseline: 'fs-stream',
  contenders: ['fs-stream'],
  requires: ['open'],
  fixedTotal: () => 1,
  fixture: ({ fixtures, quick }) =>
    quick
      ? tooLarge
      : { path: fixtures.patterned(streamMiB << 20), expected: streamMiB << 20, operations: streamMiB },
  measure: measureJob(),
  floors: [{ over: 'fs-stream', atLeast: 1.5 }],
};

export default [reads, whole, stream];
