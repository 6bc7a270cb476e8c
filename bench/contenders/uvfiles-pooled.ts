// uvfiles without the inline path, which the workloads of calls in flight compare with the default.
import { uvfiles } from '../harness/library.js';
import type { Contender } from '../harness/types.js';

/** Sends every call to the pool. */
export function poolOnly(): void {
  uvfiles().configure({ inline: false });
}

const contender: Contender = {
  name: 'uvfiles-pooled',
  title: 'uvfiles, pool only',
  kind: 'limit',
  order: 2,
};

export default contender;
