// write-file-atomic: npm's own way to replace a file.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'write-file-atomic',
  title: 'write-file-atomic',
  kind: 'peer',
  order: 44,
  package: 'write-file-atomic',
  async atomicWriter({ data, durable }) {
    const { default: writeFileAtomic } = await import('write-file-atomic');
    return { write: (path) => writeFileAtomic(path, data, { fsync: durable }) };
  },
};

export default contender;
