// `rm -rf` of the system: one process, plain system calls. A limit.
import { programVersion } from '../support/program-version.js';
import { runProgram } from '../support/run-program.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'rm',
  title: 'rm -rf (a limit)',
  kind: 'limit',
  order: 90,
  version: () => programVersion('rm'),
  treeRemover: () => ({ remove: (path) => runProgram('rm', '-rf', path) }),
};

export default contender;
