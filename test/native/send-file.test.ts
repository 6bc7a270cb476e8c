// sendfile without a free descriptor: the caller's descriptor is never used instead of a duplicate.
import { expect } from 'chai';
import path from 'node:path';

import { root } from '../support/package.js';
import { skip } from '../support/skip.js';
import { runProgram, scratchDirectory } from '../support/temp.js';

describe('sendfile without free descriptors', () => {
  const scratch = scratchDirectory();

  it('sends nothing if it rejects at once, or waits for a descriptor', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no limit on handles');
    const module = path.join(root, 'dist/cjs/native/store/send-file.js');
    const { stdout, stderr } = await runProgram(
      `import fs from 'node:fs';
       import { createRequire } from 'node:module';
       const { sendFile, sendFileNow } = createRequire(import.meta.url)(${JSON.stringify(module)});
       const top = ${JSON.stringify(scratch.path)};
       fs.writeFileSync(top + '/from', Buffer.alloc(100_000, 'x'));
       const from = fs.openSync(top + '/from', 'r');
       const to = fs.openSync(top + '/to', 'w');
       await sendFileNow(to, from, 0, 1, undefined); // the pool's threads and descriptors are there
       fs.ftruncateSync(to, 0);
       const taken = [];
       try {
         for (;;) taken.push(fs.openSync(top + '/from', 'r'));
       } catch {}
       const refused = await sendFileNow(to, from, 0, 100_000, undefined).catch((error) => error.code);
       console.log(refused, fs.fstatSync(to).size);
       const waiting = sendFile(to, from, 0, 100_000, undefined);
       setImmediate(() => taken.splice(0, 4).forEach((fd) => fs.closeSync(fd)));
       console.log(await waiting, fs.fstatSync(to).size);`,
      { limits: '-n 40' },
    );
    expect(stderr).to.equal('');
    expect(stdout).to.equal('EMFILE 0\n100000 100001\n');
  });
});
