// Large reads of cached data: here memory, not the hop, is what costs.
import { randomReads } from './random-reads.js';

export default randomReads({
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
    { of: 'uvfiles-fresh', over: 'fs-promises-fresh', atLeast: 1 },
  ],
});
