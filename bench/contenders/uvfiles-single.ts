// uvfiles with one line per step, for comparison with lines in batches.
import uvfiles from './uvfiles.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'uvfiles-single',
  title: 'uvfiles, line by line',
  kind: 'ours',
  order: 1,
  lineCounter: ({ path, batch }) => (batch ? uvfiles.lineCounter?.({ path, batch: false }) : undefined),
};

export default contender;
