// uvfiles with memory that is transferred for each read and returned with it, without a copy on the loop thread.
import { uvfiles } from '../harness/library.js';
import { cycle } from '../harness/subjects.js';
import type { Contender } from '../harness/types.js';

const contender: Contender = {
  name: 'uvfiles-transfer',
  title: 'uvfiles, transfer',
  kind: 'limit',
  order: 2,

  async randomReader({ path, size, positions, slots }) {
    const file = await uvfiles().open(path, 'rb');
    const memories = Array.from({ length: slots }, () => new Uint8Array(size));
    const at = cycle(positions);
    return {
      style: 'promise',
      async run(index, slot) {
        const bytes = await file.preadinto(memories[slot]!, at(index), { transfer: true });
        memories[slot] = new Uint8Array(bytes.buffer as ArrayBuffer);
        return bytes;
      },
      bytesOf: (result: Uint8Array) => result,
      close: () => file.close(),
    };
  },
};

export default contender;
