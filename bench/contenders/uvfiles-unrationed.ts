// uvfiles with an unlimited inline budget, and without sharing calls with the pool. Compared with this, the benchmark
// shows the cost of the budget and the gain of sharing.
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
