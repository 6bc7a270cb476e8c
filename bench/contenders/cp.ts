// `cp` of the system: one process, plain system calls. A limit.
import { runProgram } from '../support/run-program.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'cp',
  title: 'cp (a limit)',
  kind: 'limit',
  order: 91,
  copier: () => ({ copy: (source, destination) => runProgram('cp', source, destination) }),
};

export default contender;
