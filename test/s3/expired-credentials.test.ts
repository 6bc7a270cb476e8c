// Credentials that expire in the middle of an upload.
import { expect } from 'chai';
import { objectFiles, ObjectStoreError } from 'uvfiles/s3';

import { MIB, pattern, rejects, WRITE } from './support/files.js';
import { MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';

describe('s3: expired credentials', () => {
  for (const [code, status] of [
    ['ExpiredToken', 400],
    ['ExpiredToken', 403],
    ['RequestTimeTooSkewed', 403],
  ] as const)
    it(`remove an upload once they have been renewed (${code}, ${status})`, async () => {
      const memory = new MemoryStore();
      let denials = 3;
      const store = wrapStore(memory, async (name, call, args) => {
        if ((name === 'uploadPart' || name === 'abortUpload') && denials-- > 0)
          throw new ObjectStoreError(code, code, { status });
        return call(...args);
      });
      const files = objectFiles(store, { partSize: 5 * MIB });
      await rejects(files.writeFile!('/a', pattern(6 * MIB), WRITE, 0o666, {}), 'EACCES');
      expect(denials).to.be.below(0);
      expect(memory.uploads.size).to.equal(0);
      expect(memory.objects.size).to.equal(0);
    });

  it('are not the reason of a denial that stays', async () => {
    const memory = new MemoryStore();
    let aborts = 0;
    const store = wrapStore(memory, async (name, call, args) => {
      if (name === 'abortUpload') aborts++;
      if (name === 'uploadPart' || name === 'abortUpload')
        throw new ObjectStoreError('AccessDenied', 'AccessDenied', { status: 403 });
      return call(...args);
    });
    const files = objectFiles(store, { partSize: 5 * MIB });
    await rejects(files.writeFile!('/a', pattern(6 * MIB), WRITE, 0o666, {}), 'EACCES');
    expect(aborts).to.equal(1);
  });
});
