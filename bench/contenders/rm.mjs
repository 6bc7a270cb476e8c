// `rm -rf` of the system: one process, plain system calls. A limit.
import { runProgram } from '../support/run-program.mjs';

export default {
  name: 'rm',
  title: 'rm -rf (a limit)',
  kind: 'limit',
  order: 90,
  treeRemover: () => ({ remove: (path) => runProgram('rm', '-rf', path) }),
};
