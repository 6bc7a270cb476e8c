// uvfiles with `pread`, whose result is new memory each time, for programs that keep the data.
import { uvfiles } from '../harness/library.js';
import { cycle } from '../harness/subjects.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'uvfiles-fresh',
  title: 'uvfiles, new buffers',
  kind: 'limit',
  order: 1,

  async randomReader({ path, size, positions }) {
    const file = await uvfiles().open(path, 'rb');
    const at = cycle(positions);
    return {
      style: 'promise',
      run: (index) => file.pread(size, at(index)),
      bytesOf: (result: Uint8Array) => result,
      close: () => file.close(),
    };
  },
};

export default contender;
