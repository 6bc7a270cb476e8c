// tinyglobby: the glob that Vite and most new tools use; it walks with fdir.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'tinyglobby',
  title: 'tinyglobby',
  kind: 'peer',
  order: 48,
  package: 'tinyglobby',
  async globber({ top, pattern }) {
    const { glob } = await import('tinyglobby');
    return { style: 'promise', run: async () => (await glob(pattern, { cwd: top })).length };
  },
};

export default contender;
