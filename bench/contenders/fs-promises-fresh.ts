// FileHandle.read into a new buffer each time, for programs that keep the data, like uvfiles' pread.
import fs from 'node:fs/promises';
import { cycle } from '../harness/subjects.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'fs-promises-fresh',
  title: 'fs.promises, new buffers',
  kind: 'peer',
  order: 11,

  async randomReader({ path, size, positions }) {
    const handle = await fs.open(path, 'r');
    const at = cycle(positions);
    return {
      style: 'promise',
      run: (index) => handle.read(Buffer.allocUnsafe(size), 0, size, at(index)),
      bytesOf: ({ bytesRead, buffer }: { bytesRead: number; buffer: Buffer }) =>
        buffer.subarray(0, bytesRead),
      close: () => handle.close(),
    };
  },
};

export default contender;
