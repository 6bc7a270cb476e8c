// uvfiles with an inline budget that is never used up, and without the pool's help: what rationing costs, and what sharing
// gains, is seen against this.
import { uvfiles } from '../harness/library.js';
import ours from './uvfiles.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'uvfiles-unrationed',
  title: 'uvfiles, unrationed (a limit)',
  kind: 'limit',
  order: 2,
  async flatOutReader(params) {
    const subject = await ours.randomReader?.(params);
    if (subject?.style !== 'promise') return undefined;
    return {
      ...subject,
      configure: () => uvfiles().configure({ inline: { budgetMicros: 1e9, share: false } }),
    };
  },
};

export default contender;
