// atomically: what conf and other configuration packages replace files with.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'atomically',
  title: 'atomically',
  kind: 'peer',
  order: 45,
  package: 'atomically',
  async atomicWriter({ data, durable }) {
    const { writeFile } = await import('atomically');
    return { write: (path) => writeFile(path, data, { fsync: durable, fsyncWait: durable }) };
  },
};

export default contender;
