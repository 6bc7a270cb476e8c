// access behaves like access(2): it uses the real ids, also for each directory of the path, and works if a filter rejects
// newer system calls.
import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { skip } from '../support/skip.js';
import { needsRoot, root, runProgram, scratchDirectory } from '../support/temp.js';

// Repeats the call more often than the inline path needs to become active.
const ask = (file: string): string => `
  import { accessSync, constants } from 'node:fs';
  import { os } from 'uvfiles';
  const asked = async (mode) => {
    const answers = new Set();
    for (let i = 0; i < 20; i++) {
      answers.add(await os.access(${JSON.stringify(file)}, mode));
      await os.stat('/etc/passwd');
      await new Promise(setImmediate);
    }
    return [...answers].join();
  };
  console.log(await asked(constants.R_OK), await asked(constants.F_OK));`;

describe('access', () => {
  const scratch = scratchDirectory();

  it('looks up the path with the real user id', async function () {
    needsRoot(this);
    if (spawnSync('setpriv', ['--version']).error !== undefined)
      skip(this, 'there is no setpriv, to run with other effective ids');
    const hidden = path.join(scratch.path, 'hidden');
    mkdirSync(hidden);
    writeFileSync(path.join(hidden, 'f'), '', { mode: 0o644 });
    chmodSync(hidden, 0o700);
    const prefix = ['setpriv', '--ruid', '65534', '--euid', '0', '--clear-groups', process.execPath];
    const program = ['--input-type=module', '-e', ask(path.join(hidden, 'f'))];
    const { stdout } = spawnSync(prefix[0] as string, [...prefix.slice(1), ...program], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout.trim()).to.equal('false false');
  });

  it('resolves to true for a readable file if a filter rejects faccessat2 with EPERM', async function () {
    if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))
      skip(this, 'the filter is for Linux on x64 or arm64');
    const file = path.join(scratch.path, 'f');
    writeFileSync(file, '');
    const filter = path.join(scratch.path, 'filter');
    try {
      execFileSync('cc', ['-o', filter, path.join(root, 'test/support/refuse-faccessat2.c')], {
        stdio: 'pipe',
      });
    } catch (error) {
      skip(this, `no C compiler: ${String(error).split('\n', 1)[0]}`);
    }
    const { stdout, stderr } = spawnSync(filter, [process.execPath, '--input-type=module', '-e', ask(file)], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal('true true');
    expect((await runProgram(ask(file))).stdout.trim()).to.equal('true true');
  });
});
