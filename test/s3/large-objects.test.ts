// Objects for which there is no memory, or of unknown size.
import { constants } from 'node:buffer';

import { expect } from 'chai';
import { objectFiles, type ObjectStore } from 'uvfiles/s3';

import { READ, rejects } from './support/files.js';
import { MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';

describe('s3: objects that do not fit into a buffer', () => {
  /** A store that reports this size, and the number of bodies that were not ended. */
  function saying(size: number): { store: ObjectStore; open: () => number } {
    const memory = new MemoryStore();
    memory.set('a', 'content');
    let open = 0;
    const store = wrapStore(memory, async (name, call, args) => {
      const answer = await call(...args);
      if (name === 'head') return { ...answer, size };
      if (name !== 'get') return answer;
      open++;
      const body = {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: new Uint8Array(1) }),
          return: async () => {
            open--;
            return { done: true, value: undefined };
          },
        }),
      };
      return { ...answer, size, length: size, body };
    });
    return { store, open: () => open };
  }

  for (const [size, code] of [
    [constants.MAX_LENGTH + 1, 'EFBIG'],
    [NaN, 'EIO'],
  ] as const)
    it(`reject with ${code} for a size of ${size}, and end the request`, async () => {
      const { store, open } = saying(size);
      const files = objectFiles(store);
      await rejects(files.readFile!('/a', {}), code);
      expect(open()).to.equal(0);
      const opening = files.open('/a', READ, 0, {});
      if (Number.isNaN(size)) return void (await rejects(opening, code));
      const file = await opening;
      await rejects(file.pread(constants.MAX_LENGTH + 1, 0, {}), code);
      await file.close();
    });
});
