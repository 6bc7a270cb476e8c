// uvfiles with memory that is handed over for each read and comes back with it: no copy on the loop thread.
import { uvfiles } from '../harness/library.mjs';
import { cycle } from '../harness/subjects.mjs';

export default {
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
        const bytes = await file.preadinto(memories[slot], at(index), { transfer: true });
        memories[slot] = new Uint8Array(bytes.buffer);
        return bytes;
      },
      bytesOf: (result) => result,
      close: () => file.close(),
    };
  },
};
