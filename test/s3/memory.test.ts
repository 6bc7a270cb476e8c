import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { MIB } from './support/files.js';
import { whySkipped } from './support/targets.js';

/** UVFILES_S3_STREAM=2147483648 streams 2 GiB. */
const bytes = Number(process.env.UVFILES_S3_STREAM ?? 320 * MIB);
const why = whySkipped('ceph');

if (why !== undefined) it(`s3: memory of streams: skipped, ${why}`);
else
  describe('s3: memory', () => {
    it(`grows by no more than 100 MB while ${bytes / MIB} MiB are streamed up and down`, async function () {
      this.timeout(240_000 + (bytes / MIB) * 200);
      const script = fileURLToPath(new URL('support/stream-child.ts', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--import',
        'tsx',
        script,
        String(bytes),
      ]);
      const { same, grew } = JSON.parse(stdout) as { same: boolean; grew: number };
      expect(same).to.equal(true);
      expect(grew).to.be.at.most(100e6);
    });
  });
