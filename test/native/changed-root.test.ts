// A process whose root changes while it runs: no path leads out of the new root, even if a path in the old one was cached.
import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { skip } from '../support/skip.js';
import { needsRoot, root, scratchDirectory } from '../support/temp.js';

// `name` is a path both outside and inside of the new root, with another content.
const program = (name: string): string => `
  const { os, path, open, readBytes, readText } = require('uvfiles');
  const name = ${JSON.stringify(name)};
  const seen = async () => {
    const found = new Set();
    for (let i = 0; i < 20; i++) {
      found.add(await readText(name));
      found.add((await readBytes(name)).toString());
      const file = await open(name, 'rb');
      found.add((await file.read()).toString());
      await file.close();
      found.add('x'.repeat((await os.stat(name)).size));
      found.add(String(await path.exists('/proc/self/maps')));
      await new Promise(setImmediate);
    }
    return [...found].sort().join(' ');
  };
  (async () => {
    const before = await seen();
    process.umask(0o123);
    console.log(before, '|', await seen());
  })();`;

describe('a process that changes its root', () => {
  const scratch = scratchDirectory();

  it('resolves absolute paths only within the new root', function () {
    needsRoot(this);
    if (process.platform !== 'linux') skip(this, 'only on Linux does the addon keep information about paths');
    const library = path.join(scratch.path, 'chroot.so');
    try {
      const source = path.join(root, 'test/support/chroot-at-umask.c');
      execFileSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl'], { stdio: 'pipe' });
    } catch (error) {
      skip(this, `no C compiler: ${String(error).split('\n', 1)[0]!}`);
    }
    const name = path.join(scratch.path, 'file');
    const jail = path.join(scratch.path, 'jail');
    writeFileSync(name, 'xx');
    mkdirSync(path.join(jail, scratch.path), { recursive: true });
    writeFileSync(path.join(jail, name), 'xxxxx');
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program(name)], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, LD_PRELOAD: library, CHROOT_TO: jail },
    });
    expect(stderr).to.equal('');
    expect(stdout).to.equal('true xx | false xxxxx\n');
  });
});
