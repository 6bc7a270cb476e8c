// Cleanup under attack and in trees that no path reaches: everything in the tree is removed, and nothing else.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { tempfile } from 'uvfiles';

import { endOf, runProgram, scratchDirectory, startProgram } from '../support/temp.js';
import { needsStrace, runInjected } from '../support/strace.js';

const { temporaryDirectory } = tempfile;

const ROUNDS = 40;
const DIRECTORIES = 8;

// Swaps each directory for a link to the sentinel and back, as fast as it can, until its input ends.
const ATTACKER = `
  import fs from 'node:fs';
  const [parked, sentinel] = process.argv.slice(1);
  const quietly = (act) => { try { act(); return true; } catch { return false; } };
  let top = '', stopped = false, swaps = 0, acknowledged = '';
  process.stdin.on('data', (text) => { top = String(text).trim().split('\\n').at(-1); });
  process.stdin.on('end', () => { stopped = true; });
  const swap = () => {
    for (let i = 0; i < ${DIRECTORIES}; i++) for (const level of ['', '/in']) {
      const victim = top + '/' + i + level, aside = parked + '/' + i;
      if (!quietly(() => fs.renameSync(victim, aside))) continue;
      quietly(() => fs.symlinkSync(sentinel, victim));
      swaps++;
      quietly(() => fs.unlinkSync(victim));
      if (!quietly(() => fs.renameSync(aside, victim))) quietly(() => fs.rmSync(aside, { recursive: true }));
    }
    if (top !== acknowledged && swaps > 0) { acknowledged = top; console.log('swapping'); }
    if (!stopped) setImmediate(swap); else { console.log('swaps ' + swaps); process.exit(); }
  };
  swap();
`;

describe('cleanup', () => {
  const scratch = scratchDirectory();

  it('never follows a link that another process swaps in, at any level', async function () {
    this.timeout(240_000);
    const sentinel = path.join(scratch.path, 'sentinel');
    const parked = path.join(scratch.path, 'parked');
    mkdirSync(sentinel);
    for (let i = 0; i < 10; i++) writeFileSync(path.join(sentinel, String(i)), 'kept');
    chmodSync(sentinel, 0o711);
    mkdirSync(parked);
    chmodSync(parked, 0o777);
    const child = startProgram(ATTACKER, {
      unprivileged: true,
      args: [],
      onLine: () => undefined,
      argv: [parked, sentinel],
    });
    let awaited: (() => void) | undefined;
    const ending = endOf(child, (line) => {
      if (line === 'swapping') awaited?.();
    });
    for (let round = 0; round < ROUNDS; round++) {
      const dir = await temporaryDirectory({ dir: scratch.path, ignoreCleanupErrors: true });
      chmodSync(dir.name, 0o777);
      for (let i = 0; i < DIRECTORIES; i++) {
        for (const level of [String(i), `${i}/in`]) {
          mkdirSync(path.join(dir.name, level));
          chmodSync(path.join(dir.name, level), 0o777);
          for (let j = 0; j < 20; j++) writeFileSync(path.join(dir.name, level, `file${j}`), '');
        }
      }
      const swapping = new Promise<void>((resolve) => (awaited = resolve));
      child.stdin?.write(`${dir.name}\n`);
      await Promise.race([swapping, ending.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
      await dir.cleanup();
      rmSync(dir.name, { recursive: true, force: true });
      expect(readdirSync(sentinel).length, `round ${round}`).to.equal(10);
    }
    child.stdin?.end();
    const { stdout, stderr } = await ending;
    expect(stderr).to.equal('');
    expect(Number(/swaps (\d+)/.exec(stdout)?.[1])).to.be.greaterThan(ROUNDS);
    expect(statSync(sentinel).mode & 0o777).to.equal(0o711);
    for (const name of readdirSync(sentinel)) expect(statSync(path.join(sentinel, name)).size).to.equal(4);
  });

  it('removes trees that are deeper than the maximum length of a path and the limit of descriptors', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
       process.chdir(dir.name);
       for (let i = 0; i < 2000; i++) { fs.mkdirSync('d'.repeat(200)); fs.writeFileSync('file', ''); process.chdir('d'.repeat(200)); }
       process.chdir('/');
       await dir.cleanup();
       console.log(fs.existsSync(dir.name));`,
      { args: ['--no-warnings'], limits: '-n 64' },
    );
    expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: 'false', stderr: '' });
  });

  it('removes names that are not UTF-8, and every kind of file', async () => {
    const dir = await temporaryDirectory({ dir: scratch.path });
    const odd = Buffer.concat([Buffer.from(`${dir.name}/`), Buffer.from([0xff, 0xc0, 0x20, 0x0a])]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/'), Buffer.from([0x80])]), '');
    symlinkSync('nowhere', path.join(dir.name, 'dangling'));
    symlinkSync('.', path.join(dir.name, 'loop'));
    expect(spawnSync('mkfifo', [path.join(dir.name, 'pipe')]).status).to.equal(0);
    await dir.cleanup();
    expect(existsSync(dir.name)).to.equal(false);
  });

  it('lets other work use the pool while a large tree is removed', async function () {
    needsStrace(this);
    // Slowed down, so that it takes three times as long as a job may keep its thread from a loop that does not answer.
    const { stdout, stderr } = await runInjected(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs'; import crypto from 'node:crypto';
       const dir = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
       const bytes = () => new Promise((resolve) => crypto.randomBytes(16, resolve));
       for (let i = 0; i < 15; i++) { fs.mkdirSync(dir.name + '/' + i); for (let j = 0; j < 100; j++) fs.writeFileSync(dir.name + '/' + i + '/' + j, ''); }
       let gone = false, turns = 0;
       const cleanup = dir.cleanup().then(() => { gone = true; });
       // Each is queued behind the running removal, on the only thread.
       do { await bytes(); turns++; } while (!gone);
       await cleanup;
       console.log(turns > 1, fs.existsSync(dir.name));`,
      ['unlinkat:delay_enter=1000'],
      [],
      { UV_THREADPOOL_SIZE: '1' },
    );
    expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: 'true false', stderr: '' });
  });
});
