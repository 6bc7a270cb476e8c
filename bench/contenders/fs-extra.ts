// fs-extra: node:fs with copies and removals of trees.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-extra',
  title: 'fs-extra',
  kind: 'peer',
  order: 47,
  package: 'fs-extra',
  importable: () => ({ specifier: 'fs-extra' }),
  async treeCopier() {
    const { copy } = (await import('fs-extra')).default;
    return { copy: (source, destination) => copy(source, destination) };
  },
  async treeRemover() {
    const { remove } = (await import('fs-extra')).default;
    return { remove: (path) => remove(path) };
  },
};

export default contender;
