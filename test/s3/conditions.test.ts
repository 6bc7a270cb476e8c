import { expect } from 'chai';

import { rejects, WRITE } from './support/files.js';
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
});
