import { expect } from 'chai';

import { objectFiles } from 'uvfiles/s3';

import { CREATE, MIB, pattern, rejects, WRITE, writeAll } from './support/files.js';
import { AWS, MemoryStore } from './support/memory-store.js';
import { wrapStore } from './support/store-wrappers.js';
import { onEachBucket } from './support/targets.js';

const REPLACE = { durable: true, permissions: undefined };

describe('s3: conditions', () => {
  onEachBucket((target) => {
    it('rejects an ifMatch that is not one ETag, including *', async () => {
      const { files } = target().place();
      await files.writeFile!('/a', Buffer.from('1'), WRITE, 0o666, {});
      for (const ifMatch of ['*', '"*"', '', '""', '"a", "b"', 'W/"a"', 'a b', 'a\n', 'a"', 'ä']) {
        const o = { ...REPLACE, ifMatch };
        await rejects(files.replaceFile!('/a', Buffer.from('2'), o, {}), 'ERR_INVALID_ARG_VALUE');
        await rejects(files.openReplacement!('/a', o, {}), 'ERR_INVALID_ARG_VALUE');
      }
      const both = { ...REPLACE, exclusive: true, ifMatch: '"a"' };
      await rejects(files.openReplacement!('/b', both, {}), 'ERR_INVALID_ARG_VALUE');
      expect(Buffer.from(await files.readFile!('/a', {})).toString()).to.equal('1');
    });
  });

  // So did AWS for some months.
  it('probes If-Match on uploads even if the bucket honours If-None-Match there', async () => {
    const memory = new MemoryStore(AWS);
    const store = wrapStore(memory, async (name, call, args) => {
      if (name === 'completeUpload') args[3] = { ...args[3], ifMatch: undefined };
      return call(...args);
    });
    const files = objectFiles(store, { partSize: 5 * MIB });
    const data = pattern(6 * MIB);
    await writeAll(files, '/a', data, { flags: CREATE });
    const late = await files.openReplacement!('/a', { ...REPLACE, ifMatch: '"another"' }, {});
    await rejects(late.pwrite!(pattern(6 * MIB, 1), 0, {}), 'ERR_UNSUPPORTED_OPERATION');
    await late.abort!();
    const o = { ...REPLACE, ifMatch: '"another"' };
    await rejects(files.replaceFile!('/a', pattern(6 * MIB, 2), o, {}), 'ESTALE');
    await files.replaceFile!(
      '/a',
      pattern(6 * MIB, 3),
      { ...REPLACE, ifMatch: memory.objects.get('a')!.etag },
      {},
    );
    expect(memory.objects.get('a')!.bytes.equals(pattern(6 * MIB, 3))).to.equal(true);
    expect(memory.uploads.size).to.equal(0);
  });
});
