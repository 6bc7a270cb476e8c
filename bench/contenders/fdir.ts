// fdir: the fastest directory crawler on npm.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fdir',
  title: 'fdir',
  kind: 'peer',
  order: 43,
  package: 'fdir',
  async treeWalker({ top }) {
    const { fdir } = await import('fdir');
    return {
      style: 'promise',
      // Includes directories, because walk returns both. Here, the top itself is one of them.
      run: async () => (await new fdir().withDirs().crawl(top).withPromise()).length - 1,
    };
  },
};

export default contender;
