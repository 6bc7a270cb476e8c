// `cp` of the system: one process, plain system calls. A limit.
import { programVersion } from '../support/program-version.js';
import { runProgram } from '../support/run-program.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'cp',
  title: 'cp (a limit)',
  kind: 'limit',
  order: 91,
  version: () => programVersion('cp'),
  copier: () => ({ copy: (source, destination) => runProgram('cp', source, destination) }),
  treeCopier: () => ({ copy: (source, destination) => runProgram('cp', '-r', source, destination) }),
};

export default contender;
