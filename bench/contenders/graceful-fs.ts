// graceful-fs: node:fs that waits if there are too many open files. Many programs use it to read everything at once.
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'graceful-fs',
  title: 'graceful-fs',
  kind: 'peer',
  order: 46,
  package: 'graceful-fs',
  importable: () => ({ specifier: 'graceful-fs' }),

  async wholeReader({ paths }) {
    const { readFile } = (await import('graceful-fs')).default;
    return {
      style: 'callback',
      run: (index, _slot, done) => readFile(paths[index % paths.length]!, done),
      bytesOf: (result: Uint8Array) => result,
    };
  },

  async manyReads({ paths }) {
    const { readFile } = (await import('graceful-fs')).default;
    const read = (path: string) =>
      new Promise<number>((resolve, reject) => {
        readFile(path, (error, data) => (error === null ? resolve(data.length) : reject(error)));
      });
    return {
      style: 'promise',
      run: async () => (await Promise.all(paths.map(read))).reduce((sum, length) => sum + length, 0),
    };
  },
};

export default contender;
