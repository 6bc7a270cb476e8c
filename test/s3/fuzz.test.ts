// The reading sequences of the differential fuzzer, on objects: the same results, positions and errors as with Python's files.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { BUCKET, client, sdk, SERVERS, whySkipped } from './support/targets.js';
import { skip } from '../support/skip.js';

const script = fileURLToPath(new URL('../python/fuzz-files.ts', import.meta.url));
/** One sequence in four only reads, and each costs requests. */
const count = Math.ceil(Number(process.env.UVFILES_FUZZ_COUNT ?? 2000) / 10);

describe('s3: compared with Python', function () {
  this.timeout(600_000);

  before(function () {
    if (existsSync('/usr/bin/python3')) return;
    skip(this, 'there is no /usr/bin/python3 to compare with');
  });

  for (const [where, place] of [
    ['objects', 'in memory'],
    ['ceph', 'on Ceph'],
  ] as const) {
    const why = where === 'ceph' ? whySkipped('ceph') : undefined;
    for (const kind of ['text', 'binary']) {
      const title = `finds no difference in ${count} sequences of reads from ${kind} objects ${place}`;
      if (why !== undefined) {
        it(`${title}: skipped, ${why}`);
        continue;
      }
      it(title, async () => {
        if (where === 'ceph') {
          const { CreateBucketCommand } = await sdk();
          const s3 = await client(SERVERS.ceph!);
          await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(() => undefined);
        }
        const options = ['--kind', kind, '--seed', '1', '--count', String(count)];
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ['--import', 'tsx', script, ...options],
          { env: { ...process.env, UVFILES_TEST_FS: where } },
        ).catch((error: unknown) => error as { stdout: string; stderr: string });
        expect(stdout).to.match(/no differences\n$/);
      });
    }
  }
});
