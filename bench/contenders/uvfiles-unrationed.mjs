// uvfiles with an inline budget that is never used up: what rationing costs is seen against this.
import { uvfiles } from '../harness/library.mjs';
import ours from './uvfiles.mjs';

export default {
  name: 'uvfiles-unrationed',
  title: 'uvfiles, unrationed (a limit)',
  kind: 'limit',
  order: 2,
  async flatOutReader(params) {
    const subject = await ours.randomReader(params);
    return { ...subject, configure: () => uvfiles().configure({ inline: { budgetMicros: 1e9 } }) };
  },
};
