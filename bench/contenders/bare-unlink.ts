// A bare C++ loop of readdir and unlinkat: in as many threads as the bulk lane has, and as libuv's whole pool has. Limits.
import { loadNative } from '../native/load.js';
import type { Contender } from '../harness/types.js';

const bareUnlink = (threads: number) => ({
  remove: (path: string) => loadNative().removeTree(path, threads),
});

const contenders: readonly Contender[] = [
  {
    name: 'bare-unlink',
    title: 'bare unlinkat, 2 threads (a limit)',
    kind: 'limit',
    order: 91,
    treeRemover: () => bareUnlink(2),
  },
  {
    name: 'bare-unlink-4',
    title: 'bare unlinkat, 4 threads (a limit)',
    kind: 'limit',
    order: 92,
    treeRemover: () => bareUnlink(4),
  },
];

export default contenders;
