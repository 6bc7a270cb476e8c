// fdir: the fastest directory crawler on npm.
export default {
  name: 'fdir',
  title: 'fdir',
  kind: 'peer',
  order: 43,
  async treeWalker({ top }) {
    const { fdir } = await import('fdir');
    return {
      style: 'promise',
      // With directories, as walk gives both; the top itself is one of them here.
      run: async () => (await new fdir().withDirs().crawl(top).withPromise()).length - 1,
    };
  },
};
