// Forty reads hang on a slow mount: do dns.lookup and crypto, which share libuv's pool, still answer?
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../harness/child.js';
import type { Workload } from '../harness/types.js';
import { forChild } from '../support/contender-by-name.js';
import { mountSlowFs, type SlowMount } from '../support/slowfs.js';

const size = 4096;
const hanging = 40;

const workload: Workload<'randomReader', { mount: SlowMount; path: string }, ReturnType<typeof forChild>> = {
  name: 'slow-mount',
  title: `dns.lookup and crypto.randomBytes while ${hanging} reads of 200 ms hang on a FUSE mount`,
  issue: 2,
  order: 50,
  capability: 'randomReader',
  requires: ['open'],
  contenders: ['fs-promises', 'fs-callback'],
  rounds: 1,
  warmUp: false,
  fixedTotal: () => hanging,
  async fixture({ fixtures, quick }) {
    const mount = await mountSlowFs({ parent: fixtures.directory });
    if (mount.skip !== undefined) return { skip: mount.skip };
    copyFileSync(fixtures.patterned(64 * size), join(mount.backing, 'file'));
    mount.setFaults({ read: { delay: quick ? 0.02 : 0.2 } });
    return { mount, path: join(mount.mountpoint, 'file') };
  },
  cleanup: ({ mount }) => mount.unmount(),
  start: forChild,
  measure: async ({ contender, env }, { path }) => ({
    operations: 1,
    nanoseconds: Number.NaN,
    cpuUs: Number.NaN,
    values: await runChild('slow-mount-child.ts', { contender, path, size, hanging }, { env }),
  }),
  floors: [
    {
      value: 'lookupMs',
      over: 'uvfiles',
      reference: 'idleLookupMs',
      plus: 5,
      text: 'dns.lookup as if idle (ms, within 5)',
    },
    {
      value: 'randomMs',
      over: 'uvfiles',
      reference: 'idleRandomMs',
      plus: 5,
      text: 'randomBytes as if idle (ms, within 5)',
    },
  ],
};

export default workload;
