// The default directory of temporary files: it is tested by writing a file, and found only once.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { tempfile } from 'uvfiles';
import * as subpath from 'uvfiles/tempfile';

import { answerOf, fault, needsFaults, runFaulty } from '../support/files.js';
import { skip } from '../support/skip.js';
import { needsRoot, root, runProgram, scratchDirectory } from '../support/temp.js';

const PRINT = "import { tempfile } from 'uvfiles'; console.log(await tempfile.gettempdir());";

describe('gettempdir', () => {
  const scratch = scratchDirectory();

  async function chosen(env: NodeJS.ProcessEnv, o: { unprivileged?: boolean } = {}): Promise<string> {
    const none = { TMPDIR: undefined, TEMP: undefined, TMP: undefined };
    const { stdout, stderr } = await runProgram(PRINT, { env: { ...none, ...env }, ...o });
    expect(stderr).to.equal('');
    return stdout.trim();
  }

  it('takes TMPDIR before TEMP before TMP before /tmp', async () => {
    const [first, second, third] = ['1', '2', '3'].map((name) => path.join(scratch.path, name)) as [
      string,
      string,
      string,
    ];
    for (const dir of [first, second, third]) mkdirSync(dir);
    expect(await chosen({ TMPDIR: first, TEMP: second, TMP: third })).to.equal(first);
    expect(await chosen({ TEMP: second, TMP: third })).to.equal(second);
    expect(await chosen({ TMP: third })).to.equal(third);
    expect(await chosen({})).to.equal('/tmp');
  });

  it('skips what is missing, is not a directory or is not writable, and leaves nothing behind', async () => {
    const missing = path.join(scratch.path, 'missing');
    const file = path.join(scratch.path, 'file');
    const good = path.join(scratch.path, 'good');
    const readonly = path.join(scratch.path, 'readonly');
    writeFileSync(file, '');
    mkdirSync(readonly);
    chmodSync(readonly, 0o555);
    mkdirSync(good);
    chmodSync(good, 0o777);
    expect(await chosen({ TMPDIR: missing, TEMP: file, TMP: good })).to.equal(good);
    expect(await chosen({ TMPDIR: readonly, TEMP: good }, { unprivileged: true })).to.equal(good);
    expect(scratch.list().sort()).to.deep.equal(['file', 'good', 'readonly']);
  });

  it('makes a relative TMPDIR absolute', async () => {
    expect(await chosen({ TMPDIR: '.' })).to.satisfy((each: string) => path.isAbsolute(each));
  });

  it('ignores an empty variable', async () => {
    expect(await chosen({ TMPDIR: '', TEMP: '', TMP: scratch.path })).to.equal(scratch.path);
  });

  it('skips a directory whose disk is full', async function () {
    needsRoot(this);
    const full = path.join(scratch.path, 'full');
    const good = path.join(scratch.path, 'good');
    mkdirSync(full);
    mkdirSync(good);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'none', full]).status !== 0)
      skip(this, 'mounting a tmpfs is not permitted here');
    try {
      writeFileSync(path.join(full, 'all'), Buffer.alloc(4096));
      expect(await chosen({ TMPDIR: full, TEMP: good })).to.equal(good);
      expect(readdirSync(full)).to.deep.equal(['all']);
    } finally {
      spawnSync('umount', [full]);
    }
  });

  it('works without a current directory if another candidate is usable', async () => {
    const gone = path.join(scratch.path, 'gone');
    mkdirSync(gone);
    const { stdout, stderr } = await runProgram(
      `import fs from 'node:fs'; import path from 'node:path';
       const gone = ${JSON.stringify(gone)};
       process.chdir(gone); fs.rmdirSync(gone);
       const { tempfile } = await import(${JSON.stringify(pathToFileURL(path.join(root, 'dist/esm/index.js')).href)});
       console.log(await tempfile.gettempdir());
       const directory = await tempfile.temporaryDirectory();
       console.log(path.dirname(directory.name));`,
      { env: { TMPDIR: 'relative', TEMP: scratch.path } },
    );
    expect({ stdout, stderr }).to.deep.equal({ stdout: `${scratch.path}\n${scratch.path}\n`, stderr: '' });
  });

  it('searches again if no directory was usable', async function () {
    if (process.platform !== 'linux') skip(this, 'the limit of a running process is changed by prlimit');
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import { execFileSync } from 'node:child_process';
       const outcome = (promise) => promise.then(String, (error) => error.code);
       process.on('SIGXFSZ', () => undefined);
       const first = await Promise.all([tempfile.gettempdir(), tempfile.mkdtemp(), tempfile.temporaryFile()].map(outcome));
       execFileSync('prlimit', ['--pid', process.pid, '--fsize=1000000:']);
       console.log(first.join(), await outcome(tempfile.gettempdir()));`,
      { limits: '-S -f 0', env: { TMPDIR: scratch.path } },
    );
    expect({ stdout, stderr }).to.deep.equal({
      stdout: `ENOENT,ENOENT,ENOENT ${scratch.path}\n`,
      stderr: '',
    });
    expect(scratch.list()).to.deep.equal([]);
  });

  it('does not choose another directory because there was no descriptor', async function () {
    needsFaults(this);
    const { EMFILE, ENFILE } = constants.errno;
    for (const code of [EMFILE, ENFILE]) {
      const ending = await runFaulty(
        [fault('open', scratch.path, `e${code}`, { times: 1 })],
        `import { tempfile } from 'uvfiles'; console.log(JSON.stringify(await tempfile.gettempdir()));`,
        { TMPDIR: scratch.path },
      );
      expect(answerOf(ending)).to.equal(scratch.path);
    }
  });

  it('waits for a descriptor, in other functions until their call ends', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs'; import path from 'node:path';
       const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
       const waiting = Promise.all([tempfile.gettempdir(), tempfile.mkdtemp(), tempfile.namedTemporaryFile()]);
       const late = await tempfile.namedTemporaryFile({ timeout: 20 }).catch((error) => error.code);
       for (const fd of taken) fs.closeSync(fd);
       const [where, directory, file] = await waiting;
       console.log(late, where, path.dirname(directory), path.dirname(file.name));
       fs.rmdirSync(directory);
       await file.close();`,
      { limits: '-n 64', env: { TMPDIR: scratch.path } },
    );
    const { path } = scratch;
    expect({ stdout, stderr }).to.deep.equal({ stdout: `ERR_TIMEOUT ${path} ${path} ${path}\n`, stderr: '' });
    expect(scratch.list()).to.deep.equal([]);
  });

  it('searches only once, even if the environment changes later', async () => {
    const before = process.env.TMPDIR;
    const first = await tempfile.gettempdir();
    process.env.TMPDIR = scratch.path;
    try {
      expect(await tempfile.gettempdir()).to.equal(first);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  it('tries only directories that the permission model allows', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const allowed = path.join(scratch.path, 'allowed');
    mkdirSync(allowed);
    const { stdout, stderr, code } = await runProgram(
      `import { tempfile } from 'uvfiles';
       console.log(await tempfile.gettempdir());
       await tempfile.mkstemp({ dir: ${JSON.stringify(scratch.path)} }).catch((error) => console.log(error.code));
       const file = await tempfile.namedTemporaryFile();
       console.log(file.name.startsWith(${JSON.stringify(allowed)}));`,
      {
        args: [flag, '--allow-addons', '--allow-fs-read=*', `--allow-fs-write=${allowed}/*`, '--no-warnings'],
        env: { TMPDIR: scratch.path, TEMP: allowed },
      },
    );
    expect({ code, stderr, lines: stdout.trim().split('\n') }).to.deep.equal({
      code: 0,
      stderr: '',
      lines: [allowed, 'ERR_ACCESS_DENIED', 'true'],
    });
    expect(scratch.list()).to.deep.equal(['allowed']);
  });

  it('is accompanied by gettempprefix, which returns tmp', () => {
    expect(tempfile.gettempprefix()).to.equal('tmp');
  });

  it('is the same function in the subpath', () => {
    expect(subpath.gettempdir).to.equal(tempfile.gettempdir);
  });
});
