import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';
import { sdkStore } from 'uvfiles/s3';

import { BUCKET, client, sdk, SERVERS, whySkipped } from './support/targets.js';

const why = whySkipped('ceph');

if (why !== undefined) it(`s3: the end of the process: skipped, ${why}`);
else
  describe('s3: the end of the process', () => {
    for (const adapter of ['sdk', 'signed'])
      it(`leaves neither an object nor an upload of a file that nobody closed (${adapter})`, async function () {
        this.timeout(60_000);
        const s3 = await client(SERVERS.ceph!);
        const { CreateBucketCommand, ListMultipartUploadsCommand } = await sdk();
        await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
        const prefix = `${randomUUID()}/`;
        const script = fileURLToPath(new URL('support/exit-child.ts', import.meta.url));
        await promisify(execFile)(process.execPath, ['--import', 'tsx', script, adapter, prefix]);
        const { Uploads = [] } = await s3.send(
          new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: prefix }),
        );
        expect(Uploads).to.deep.equal([]);
        expect((await sdkStore(s3, BUCKET).list({ prefix })).objects).to.deep.equal([]);
      });
  });
