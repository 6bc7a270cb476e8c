// write-file-atomic: npm's own way to replace a file.
export default {
  name: 'write-file-atomic',
  title: 'write-file-atomic',
  kind: 'peer',
  order: 44,
  async atomicWriter({ data, durable }) {
    const { default: writeFileAtomic } = await import('write-file-atomic');
    return { write: (path) => writeFileAtomic(path, data, { fsync: durable }) };
  },
};
