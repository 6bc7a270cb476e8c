// uvfiles reading one line a step: what reading lines in batches is compared with.
import uvfiles from './uvfiles.mjs';

export default {
  name: 'uvfiles-single',
  title: 'uvfiles, line by line',
  kind: 'ours',
  order: 1,
  lineCounter: ({ path, batch }) => (batch ? uvfiles.lineCounter({ path }) : undefined),
};
