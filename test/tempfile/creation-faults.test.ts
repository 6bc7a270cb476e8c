// Creations that are slow or fail: files that the caller does not get do not exist, and files without a name also work
// without O_TMPFILE.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { answerOf, fault, needsFaults, runFaulty } from '../support/files.js';
import { needsStrace, runTraced } from '../support/strace.js';
import { scratchDirectory } from '../support/temp.js';

const EOPNOTSUPP = 95;

describe('creation of temporary files', () => {
  const scratch = scratchDirectory();
  const place = (): string => path.join(scratch.path, 'place');

  const begin = (): string => `
    import { createLane, tempfile } from 'uvfiles'; import fs from 'node:fs';
    const dir = ${JSON.stringify(place())};
    fs.mkdirSync(dir);
    const gate = ${JSON.stringify(path.join(scratch.path, 'gate'))};
    const code = (promise) => promise.then(() => 'made', (error) => error.code);
    const files = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
      try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith(dir); } catch { return false; }
    }).length;
    const reached = async () => {
      while (!fs.existsSync(gate + '.reached')) await new Promise((resolve) => setTimeout(resolve, 2));
    };
  `;

  it('creates a file without a name that works like any other, without O_TMPFILE', async function () {
    needsFaults(this);
    // Only O_TMPFILE opens the directory itself. The next call is the file with a name.
    const ending = await runFaulty(
      [fault('open', place(), `e${EOPNOTSUPP}`, { times: 1 })],
      `${begin()}
       const file = await tempfile.temporaryFile({ dir, mode: 'w+' });
       await file.write('content\\n'); await file.seek(0);
       const stats = await file.stat();
       console.log(JSON.stringify([
         await file.readline(), fs.readdirSync(dir), stats.nlink, stats.mode & 0o777,
         / \\(deleted\\)$/.test(fs.readlinkSync('/proc/self/fd/' + file.fileno())),
         /\\/tmp[a-z2-7]{16} /.test(fs.readlinkSync('/proc/self/fd/' + file.fileno())),
       ]));
       await file.close();`,
    );
    expect(answerOf(ending)).to.deep.equal(['content\n', [], 0, 0o600, true, true]);
  });

  for (const call of ['mkstemp', 'temporaryFile', 'namedTemporaryFile']) {
    it(`${call} rejects and leaves nothing if it is aborted during the system call`, async function () {
      needsFaults(this);
      const gate = path.join(scratch.path, 'gate');
      const ending = await runFaulty(
        [fault('open', place(), `g${gate}`, { times: 1 })],
        `${begin()}
         const controller = new AbortController();
         const making = tempfile.${call}({ dir, signal: controller.signal });
         await reached();
         controller.abort(new Error('enough'));
         fs.writeFileSync(gate, '');
         const error = await making.catch((error) => error);
         console.log(JSON.stringify([error.code, error.cause?.message, fs.readdirSync(dir), files()]));`,
      );
      expect(answerOf(ending)).to.deep.equal(['ABORT_ERR', 'enough', [], 0]);
    });

    it(`${call} returns the file or leaves nothing if it times out during the system call`, async function () {
      needsFaults(this);
      const gate = path.join(scratch.path, 'gate');
      const ending = await runFaulty(
        [fault('open', place(), `g${gate}`, { times: 1 })],
        `${begin()}
         const making = tempfile.${call}({ dir, timeout: 300 });
         const outcome = code(making);
         // On a machine that is busy for so long, it ends before it has begun.
         await Promise.race([reached(), outcome]);
         await new Promise((resolve) => setTimeout(resolve, 350));
         fs.writeFileSync(gate, '');
         const made = await outcome === 'made';
         // A file that was returned is closed by its owner.
         if (made) { const file = await making; if (file.close) await file.close(); else { fs.closeSync(file.fd); fs.unlinkSync(file.path); } }
         else if (await outcome !== 'ERR_TIMEOUT') throw new Error(await outcome);
         console.log(JSON.stringify([fs.readdirSync(dir), files()]));`,
      );
      expect(answerOf(ending)).to.deep.equal([[], 0]);
    });
  }

  it('creates nothing if it is aborted, times out or finds a full lane while it is queued', async function () {
    needsFaults(this);
    const gate = path.join(scratch.path, 'gate');
    const ending = await runFaulty(
      [fault('open', place(), `g${gate}`, { times: 1 })],
      `${begin()}
       const lane = createLane({ name: 'narrow', concurrency: 1, queueLimit: 10 });
       const first = tempfile.mkstemp({ dir, lane });
       await reached();
       const controller = new AbortController();
       const calls = ['mkstemp', 'mkdtemp', 'temporaryFile', 'namedTemporaryFile', 'temporaryDirectory'];
       const aborted = calls.map((call) => code(tempfile[call]({ dir, lane, signal: controller.signal })));
       const late = calls.map((call) => code(tempfile[call]({ dir, lane, timeout: 1 })));
       const refused = calls.map((call) => code(tempfile[call]({ dir, lane })));
       controller.abort();
       const codes = [await Promise.all(aborted), await Promise.all(late), await Promise.all(refused)];
       fs.writeFileSync(gate, '');
       const { fd, path } = await first;
       fs.closeSync(fd); fs.unlinkSync(path);
       console.log(JSON.stringify([codes.map((each) => [...new Set(each)].join()), fs.readdirSync(dir), files()]));`,
    );
    expect(answerOf(ending)).to.deep.equal([['ABORT_ERR', 'ERR_TIMEOUT', 'ERR_LANE_FULL'], [], 0]);
  });

  it('opens everything exclusively, close-on-exec and without following a link', async function () {
    needsStrace(this);
    const log = path.join(scratch.path, 'log');
    const { stderr, code } = await runTraced(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = ${JSON.stringify(scratch.path)};
       const { fd } = await tempfile.mkstemp({ dir, prefix: 'mine-' });
       fs.closeSync(fd);
       await (await tempfile.namedTemporaryFile({ dir, prefix: 'mine-' })).close();
       await (await tempfile.temporaryFile({ dir })).close();
       await tempfile.gettempdir();`,
      'open,openat',
      log,
    );
    expect({ stderr, code }).to.deep.equal({ stderr: '', code: 0 });
    const made = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => /O_TMPFILE|O_CREAT/.test(line) && !/uvfiles\.node|\.cache/.test(line));
    expect(made.filter((line) => line.includes('/mine-')).length).to.equal(2);
    expect(made.filter((line) => line.includes('O_TMPFILE')).length).to.be.at.least(1);
    expect(made.length).to.be.at.least(4);
    for (const line of made) {
      for (const flag of ['O_RDWR', 'O_EXCL', 'O_CLOEXEC', 'O_NOFOLLOW', '0600'])
        expect(line).to.include(flag);
    }
  });
});
