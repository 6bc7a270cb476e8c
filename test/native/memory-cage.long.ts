// Electron keeps all memory of JavaScript in a cage and rejects memory from outside of it. Here, a copy of the addon calls
// a function of the test instead of Node's, which rejects external memory as Electron does. Everything must still work,
// with copies.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { skip } from '../support/skip.js';
import { root } from '../support/temp.js';

// Of the same length, so that it can overwrite the other name in the binary.
const NODES = 'napi_create_external_buffer';
const OURS = 'nope_create_external_buffer';

const SHIM = `
#include <stdio.h>
#include <stdlib.h>
static int refused;
static void tell(void) { fprintf(stderr, "refused %d\\n", refused); }
int ${OURS}(void) {
  if (refused++ == 0) atexit(tell);
  return 22; /* napi_no_external_buffers_allowed */
}`;

describe('a runtime that refuses external memory, as Electron does', function () {
  this.timeout(240_000);
  let folder = '';

  before(function () {
    folder = mkdtempSync(path.join(os.tmpdir(), 'uvfiles-cage-'));
    writeFileSync(path.join(folder, 'shim.c'), SHIM);
    const compiled =
      process.platform === 'linux' && process.env.UVFILES_SANITIZER === undefined
        ? spawnSync('gcc', ['-shared', '-fPIC', '-o', 'shim.so', 'shim.c'], { cwd: folder }).status
        : undefined;
    if (compiled !== 0)
      skip(this, 'the refusal is injected with gcc and LD_PRELOAD on Linux without a sanitizer');
    const inside = path.join(folder, 'node_modules/uvfiles');
    mkdirSync(path.join(inside, 'build/Release'), { recursive: true });
    for (const name of ['package.json', 'dist'])
      cpSync(path.join(root, name), path.join(inside, name), { recursive: true });
    for (const name of ['iconv-lite', 'safer-buffer'])
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
    const addon = readFileSync(path.join(root, 'build/Release/uvfiles.node')).toString('latin1');
    expect(addon).to.include(NODES);
    const patched = Buffer.from(addon.replaceAll(NODES, OURS), 'latin1');
    writeFileSync(path.join(inside, 'build/Release/uvfiles.node'), patched);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(args: string[]): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, LD_PRELOAD: path.join(folder, 'shim.so'), UVFILES_INLINE: '0' };
    return spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
  }

  it('passes the core suite', () => {
    const suite = path.join(root, 'test/platform/core-suite.cjs');
    const { status, stdout, stderr } = run([suite, path.join(folder, 'node_modules/uvfiles')]);
    expect(stdout + stderr).to.match(/^\d+ passed, 0 failed, 0 lacking$/m);
    expect(status).to.equal(0);
  });

  it('copies large results, in one piece and in many', () => {
    const program = `
      const { writeFileSync } = require('node:fs');
      const { os, readBytes, open, readMany } = require('uvfiles');
      const expected = Buffer.from(Array.from({ length: 5_000_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
      const check = (what, bytes) => { if (!expected.equals(bytes)) throw new Error(what); };
      (async () => {
        writeFileSync('large', expected);
        for (let i = 0; i < 20; i++) writeFileSync('large' + i, expected);
        check('whole', await readBytes('large'));
        const file = await open('large', 'rb');
        check('read', await file.read());
        check('pread', await file.pread(5_000_000, 0));
        const parts = await file.readMany([{ position: 0, size: 2_500_000 }, { position: 2_500_000, size: 2_500_000 }]);
        check('parts', Buffer.concat(parts));
        await file.close();
        for await (const { path, data } of readMany(Array.from({ length: 20 }, (_, i) => 'large' + i))) check(path, data);
        const names = Array.from({ length: 3000 }, (_, i) => 'n'.repeat(200) + i);
        require('node:fs').mkdirSync('names');
        for (const name of names) writeFileSync('names/' + name, '');
        const listed = await os.listdir('names');
        if (listed.sort().join() !== names.sort().join()) throw new Error('names');
        console.log('all the same');
      })();`;
    const { status, stdout, stderr } = run(['-e', program]);
    expect(stdout.trim(), stderr).to.equal('all the same');
    expect(stderr).to.match(/^refused [1-9]\d*\n$/);
    expect(status).to.equal(0);
  });
});
