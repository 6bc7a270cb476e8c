// tmp-promise: the package that most programs on npm make their temporary files with.
import { write } from 'node:fs';
import { promisify } from 'node:util';
import type { Contender } from '../harness/types.js';

const writeTo = promisify(write);

const contender: Contender = {
  name: 'tmp-promise',
  title: 'tmp-promise',
  kind: 'peer',
  order: 42,
  package: 'tmp-promise',
  async tempFiles({ content }) {
    const { default: tmp } = await import('tmp-promise');
    return {
      style: 'promise',
      async run() {
        const { path, fd, cleanup } = await tmp.file();
        await writeTo(fd, content);
        // Closes the descriptor and removes the file.
        await cleanup();
        return path;
      },
    };
  },
};

export default contender;
