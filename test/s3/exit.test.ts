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
      for (const [end, code] of [
        ['nothing left to do', 0],
        ['process.exit', 3],
        ['an uncaught exception', 1],
      ] as const)
        it(`by ${end} leaves neither an object nor an upload of a file that was not closed (${adapter})`, async function () {
          this.timeout(240_000);
          const s3 = await client(SERVERS.ceph!);
          const { CreateBucketCommand, ListMultipartUploadsCommand } = await sdk();
          await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
          const prefix = `${randomUUID()}/`;
          const script = fileURLToPath(new URL('support/exit-child.ts', import.meta.url));
          const args = ['--import', 'tsx', script, adapter, prefix, end];
          const ended = await promisify(execFile)(process.execPath, args).then(
            ({ stdout }) => ({ stdout, code: 0 }),
            (error: { stdout: string; code: number }) => error,
          );
          expect(ended.stdout).to.equal('begun\n');
          expect(ended.code).to.equal(code);
          const { Uploads = [] } = await s3.send(
            new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: prefix }),
          );
          expect(Uploads).to.deep.equal([]);
          expect((await sdkStore(s3, BUCKET).list({ prefix })).objects).to.deep.equal([]);
        });
  });
