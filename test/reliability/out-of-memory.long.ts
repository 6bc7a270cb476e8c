// A process that has no memory for a few bytes of the addon ends, as Node itself does. Even then, each file has its complete
// old or new content. sweep.ts tries the allocations whose failure must reject: memory for content.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { root, runProgram, scratchDirectory } from '../support/temp.js';
import { figure } from './support/figures.js';
import { skip } from '../support/skip.js';

const [OLD, NEW] = ['old'.repeat(3000), 'new'.repeat(5000)];
/** No operation makes more allocations than this. */
const MOST = 60;

/** Operations on `old`, which have to leave it old or new. */
const OPERATIONS: Record<string, string> = {
  writeAtomic: 'writeAtomic(old, content)',
  openAtomic: "openAtomic(old, 'w').then(async (f) => { await f.write(content); await f.commit(); })",
  updateAtomic: "updateAtomic(old, () => content, { encoding: 'utf-8' })",
  'a copy that is moved over it': "os.copy(from, old + '.copy').then(() => os.replace(old + '.copy', old))",
};

const program = (operation: string): string => `
  import fs from 'node:fs';
  import { writeAtomic, openAtomic, updateAtomic, os } from 'uvfiles';
  const [top, nth] = [process.argv[1], Number(process.argv[2])];
  const old = top + '/old', from = top + '/from', content = fs.readFileSync(from, 'utf8');
  const control = fs.openSync(process.env.UVFILES_SWEEP, 'r+');
  const words = new Int32Array(8);
  words.set([1, nth, 0, 12, 0, 1]);
  const run = async () => {
    fs.writeSync(control, Buffer.from(words.buffer), 0, 32, 0);
    let outcome = 'done';
    await (${operation}).catch((error) => { outcome = error.code; });
    fs.writeSync(control, Buffer.alloc(4), 0, 4, 0);
    const seen = Buffer.alloc(32);
    fs.readSync(control, seen, 0, 32, 0);
    fs.writeSync(1, JSON.stringify({ outcome, injected: seen.readInt32LE(28) }));
  };
  // Once in advance, so that modules are loaded and the process has what it keeps.
  os.stat(top).then(run);`;

describe('a process without memory', function () {
  this.timeout(300_000);
  const scratch = scratchDirectory();
  let folder = '';
  let library = '';

  before(function () {
    folder = mkdtempSync(path.join(tmpdir(), 'uvfiles-memory-'));
    library = path.join(folder, 'sweep.so');
    const source = path.join(root, 'test/reliability/support/sweep.c');
    const isRight = process.platform === 'linux' && process.env.UVFILES_SANITIZER === undefined;
    if (isRight && spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']).status === 0)
      return;
    skip(this, 'faults are injected with gcc and LD_PRELOAD on Linux with glibc, without a sanitizer');
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [title, operation] of Object.entries(OPERATIONS)) {
    it(`ends or rejects during ${title}, and the file is old or new`, async () => {
      let [rejected, ended, nth] = [0, 0, 1];
      for (; nth <= MOST; nth++) {
        const top = path.join(scratch.path, `${nth}`);
        mkdirSync(top);
        writeFileSync(path.join(top, 'old'), OLD);
        writeFileSync(path.join(top, 'from'), NEW);
        const control = path.join(scratch.path, 'control');
        writeFileSync(control, Buffer.alloc(4096));
        const ending = await runProgram(program(operation), {
          argv: [top, `${nth}`],
          env: { LD_PRELOAD: library, UVFILES_SWEEP: control, UVFILES_INLINE: '0' },
          limits: '-c 0',
        });
        const about = `allocation ${nth}: ${JSON.stringify(ending)}`;
        const content = readFileSync(path.join(top, 'old'), 'utf8');
        expect(content === OLD || content === NEW, about).to.equal(true);
        if (ending.signal === 'SIGABRT') {
          ended++;
          continue;
        }
        expect(ending.code, about).to.equal(0);
        const { outcome, injected } = JSON.parse(ending.stdout) as { outcome: string; injected: number };
        expect(outcome, about).to.be.oneOf(['done', 'ENOMEM']);
        if (outcome === 'ENOMEM') {
          rejected++;
          expect(content, about).to.equal(OLD);
          expect(readdirSync(top), about).to.have.members(['old', 'from']);
        } else expect(content, about).to.equal(NEW);
        if (injected === 0) break;
      }
      expect(nth, 'it ends before the allocation that would fail').to.be.below(MOST);
      expect(ended + rejected).to.be.above(0);
      figure('processes without memory', nth - 1);
    });
  }
});
