// Many jobs on trees with far fewer descriptors than jobs: no job holds a descriptor while it waits for another one, so
// all jobs end.
import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { skip } from '../support/skip.js';
import { runProgram, scratchDirectory } from '../support/temp.js';

const JOBS = 300;

describe('at ulimit -n 40', function () {
  this.timeout(240_000);
  const scratch = scratchDirectory();

  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'Windows has no limit on handles');
  });

  beforeEach(() => {
    for (let i = 0; i < JOBS; i++) {
      mkdirSync(path.join(scratch.path, `t${i}/a/b`), { recursive: true });
      writeFileSync(path.join(scratch.path, `t${i}/a/b/f`), `file ${i}`);
    }
  });

  /** Runs `body` with `top` and `all(job)`, which runs `job(i)` for all trees at the same time. */
  async function run(body: string): Promise<string> {
    const program = `
      import { os, readText, openAtomic } from 'uvfiles';
      const top = ${JSON.stringify(scratch.path)};
      const all = (job) => Promise.all(Array.from({ length: ${JOBS} }, (_, i) => job(i)));
      ${body}`;
    const { stdout, stderr } = await runProgram(program, { limits: '-n 40' });
    expect(stderr).to.equal('');
    return stdout.trim();
  }

  it(`removes ${JOBS} trees`, async () => {
    expect(await run("await all((i) => os.rmtree(top + '/t' + i)); console.log('all')")).to.equal('all');
    expect(readdirSync(scratch.path)).to.eql([]);
  });

  it(`copies ${JOBS} trees`, async () => {
    const body = "await all((i) => os.copytree(top + '/t' + i, top + '/c' + i)); console.log('all')";
    expect(await run(body)).to.equal('all');
    for (let i = 0; i < JOBS; i++)
      expect(readFileSync(path.join(scratch.path, `c${i}/a/b/f`), 'utf8')).to.equal(`file ${i}`);
  });

  it(`moves ${JOBS} trees to another file system`, async function () {
    const other = '/dev/shm';
    if (!existsSync(other) || statSync(other).dev === statSync(scratch.path).dev)
      skip(this, '/dev/shm is not another file system here');
    const body = `
      import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
      const to = mkdtempSync('${other}/uvfiles-test-');
      process.on('exit', () => rmSync(to, { recursive: true }));
      await all((i) => os.move(top + '/t' + i, to + '/m' + i));
      console.log(Array.from({ length: ${JOBS} }, (_, i) => readFileSync(to + '/m' + i + '/a/b/f', 'utf8')).join());`;
    expect(await run(body)).to.equal(Array.from({ length: JOBS }, (_, i) => `file ${i}`).join());
    expect(readdirSync(scratch.path)).to.eql([]);
  });

  it(`walks ${JOBS} trees while the files in them are read`, async () => {
    const body = `
      let read = 0;
      await all(async (i) => {
        for await (const [directory, , files] of os.walk(top + '/t' + i))
          for (const file of files) if ((await readText(directory + '/' + file)) === 'file ' + i) read++;
      });
      console.log(read);`;
    expect(await run(body)).to.equal(String(JOBS));
  });

  it('lists a long directory 60 times while the files beside it are read', async () => {
    mkdirSync(path.join(scratch.path, 'long'));
    for (let i = 0; i < 1500; i++) writeFileSync(path.join(scratch.path, 'long', `f${i}`), '');
    const body = `
      import { beneath, mount } from 'uvfiles/filesystem';
      mount('/mounted', beneath(top));
      const counts = new Set();
      await all(async (i) => {
        if (i >= 60) return;
        const names = new Set();
        for await (const { name } of os.scandir(i % 2 === 0 ? top + '/long' : '/mounted/long')) {
          if (names.size === 0 && (await readText(top + '/t' + i + '/a/b/f')) !== 'file ' + i) throw new Error(name);
          names.add(name);
        }
        counts.add(names.size);
      });
      console.log([...counts].join());`;
    expect(await run(body)).to.equal('1500');
  });

  it(`replaces ${JOBS} files with openAtomic`, async () => {
    const body = `
      await all(async (i) => {
        const file = await openAtomic(top + '/t' + i + '/a/b/f');
        await file.write('new ' + i);
        await file.commit();
      });
      console.log('all')`;
    expect(await run(body)).to.equal('all');
    for (let i = 0; i < JOBS; i++) expect(readdirSync(path.join(scratch.path, `t${i}/a/b`))).to.eql(['f']);
  });

  it(`syncs ${JOBS} directories once descriptors are free`, async () => {
    const body = `
      import { closeSync, openSync } from 'node:fs';
      import { realFileSystem } from 'uvfiles/filesystem';
      const held = [];
      try { for (;;) held.push(openSync('/dev/null')); } catch {}
      setTimeout(() => held.forEach((fd) => closeSync(fd)), 100);
      await all((i) => realFileSystem.syncDirectory(top + '/t' + i, {}));
      console.log('all')`;
    expect(await run(body)).to.equal('all');
  });

  it('waits for the end of a shortage that begins 15 seconds after the last one, or after the start', async () => {
    const body = `
      import { closeSync, openSync } from 'node:fs';
      const { now } = performance;
      let ahead = 15_000;
      performance.now = () => now.call(performance) + ahead;
      const shortage = async () => {
        const held = [];
        try { for (;;) held.push(openSync('/dev/null')); } catch {}
        setTimeout(() => held.forEach((fd) => closeSync(fd)), 100);
        const texts = await all((i) => readText(top + '/t' + i + '/a/b/f'));
        return texts.filter((text, i) => text === 'file ' + i).length;
      };
      await readText(top + '/t0/a/b/f');
      const first = await shortage();
      ahead += 15_000;
      console.log(first, await shortage());`;
    expect(await run(body)).to.equal(`${JOBS} ${JOBS}`);
  });
});
