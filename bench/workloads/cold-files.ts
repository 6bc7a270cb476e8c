// Many small files that are not cached, read by one call: the disk sets the pace, so that what counts is how many requests it
// has at a time.
import { drive, runOnce } from '../harness/drive.js';
import { dropCache } from '../support/drop-cache.js';
import type { SingleSubject, Workload } from '../harness/types.js';

const size = 4096;

const workload: Workload<'manyReads', { paths: string[] }, SingleSubject> = {
  name: 'cold-read-many',
  title: '6,000 cold files of 4 KiB',
  issue: 16,
  order: 420,
  inline: true,
  capability: 'manyReads',
  baseline: 'fs-promises',
  requires: ['readMany'],
  contenders: ['fs-promises'],
  rounds: 5,
  warmUp: false,
  fixedTotal: () => 1,
  fixture({ fixtures, quick }) {
    const { paths } = fixtures.smallFiles(quick ? 200 : 6000, size);
    try {
      dropCache(...paths);
    } catch (error) {
      return { skip: `the page cache cannot be dropped here: ${(error as Error).message}` };
    }
    return { paths };
  },
  async measure(subject, { paths }, total) {
    dropCache(...paths);
    return drive(subject, total, 1);
  },
  async verify(subject, { paths }) {
    if ((await runOnce(subject, 0, 0)) !== paths.length * size) throw new Error('bytes are missing');
  },
  floors: [{ over: 'fs-promises', atLeast: 2 }],
};

export default workload;
