// What the whole process shares: one pool, one library, and one handler for each signal.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { answerOf, fault, needsFaults, runFaulty } from '../support/files.js';
import { skip } from '../support/skip.js';
import { endOf, root, runProgram, scratchDirectory, startProgram } from '../support/temp.js';

describe('the threads of the pool', () => {
  const threads = async (code: string, size?: string): Promise<unknown> =>
    answerOf(
      await runProgram(
        `import { metrics, readBytes } from 'uvfiles';
         import { promises } from 'node:fs';
         ${code}
         await readBytes('/dev/null');
         console.log(JSON.stringify(metrics().pool.threads));`,
        { env: { UVFILES_INLINE: '0', UV_THREADPOOL_SIZE: size } },
      ),
    );

  it('are as many as UV_THREADPOOL_SIZE says when the pool starts', async function () {
    if (process.platform !== 'linux') skip(this, 'reads /proc');
    expect(await threads('')).to.equal(4);
    expect(await threads('', '7')).to.equal(7);
    expect(await threads('', '0')).to.equal(1);
    expect(await threads('', 'many')).to.equal(1);
  });

  it('are counted correctly if UV_THREADPOOL_SIZE changes too late', async () => {
    const late = `await promises.stat('/'); process.env.UV_THREADPOOL_SIZE = `;
    expect(await threads(`${late}'64';`)).to.equal(4);
    expect(await threads(`${late}'-5';`, '3')).to.equal(3);
  });
});

describe('reads that hang in one environment', () => {
  const scratch = scratchDirectory();

  /**
   * Starts `here` hanging reads in the main thread, then `there` in each of `workers`, and returns how many other reads
   * each worker completed.
   */
  async function readBeside(here: number, there: number, workers: number): Promise<unknown> {
    // Opening this file blocks its thread forever, as on a dead mount.
    const dead = path.join(scratch.path, 'dead');
    const hang = `
      const hang = async (count) => {
        for (let i = 0; i < count; i++) void readBytes(${JSON.stringify(dead)}, { lane: lanes.default });
        while (metrics().lanes.default.running !== count) await new Promise((resolve) => setTimeout(resolve, 5));
      };`;
    const inWorker = `
      const { lanes, metrics, readBytes } = require('uvfiles');
      ${hang}
      (async () => {
        await hang(${there});
        let sum = 0;
        for (let i = 0; i < 20; i++) sum += (await readBytes('/etc/passwd')).length > 0 ? 1 : 0;
        require('node:worker_threads').parentPort.postMessage(sum);
      })();`;
    const ending = await runFaulty(
      [fault('open', dead, `g${path.join(scratch.path, 'never')}`)],
      `import { lanes, metrics, readBytes } from 'uvfiles';
       import { Worker } from 'node:worker_threads';
       ${hang}
       await hang(${here});
       const sums = await Promise.all(Array.from({ length: ${workers} }, () => {
         const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true, execArgv: [] });
         return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
       }));
       console.log(JSON.stringify(sums));
       process.kill(process.pid, 'SIGKILL');`,
    );
    return answerOf({ ...ending, code: 0, signal: null });
  }

  beforeEach(function () {
    needsFaults(this);
  });

  it('do not delay eight other environments', async function () {
    this.timeout(240_000);
    expect(await readBeside(3, 0, 8)).to.deep.equal(Array.from({ length: 8 }, () => 20));
  });

  it('do not delay another environment in which reads hang, too', async function () {
    this.timeout(240_000);
    expect(await readBeside(2, 1, 1)).to.deep.equal([20]);
    expect(await readBeside(3, 2, 2)).to.deep.equal([20, 20]);
  });
});

describe('workers that run one after another', () => {
  it('keep the addon loaded, and open no more descriptors than the first one', async function () {
    if (process.platform !== 'linux') skip(this, 'reads /proc');
    this.timeout(240_000);
    const answer = answerOf(
      await runProgram(`
        import { Worker } from 'node:worker_threads';
        import { readdirSync, readFileSync } from 'node:fs';
        const round = () => new Promise((resolve, reject) => {
          const code = \`
            const { open } = require('uvfiles');
            open('/dev/null', 'wb').then(async (f) => { await f.write(Buffer.alloc(10)); await f.close(); });\`;
          new Worker(code, { eval: true, execArgv: [], env: { ...process.env, UVFILES_INLINE: '0' } }).on('exit', resolve).on('error', reject);
        });
        await round();
        const loaded = /uvfiles\\.node/.test(readFileSync('/proc/self/maps', 'utf8'));
        const before = readdirSync('/proc/self/fd').length;
        for (let i = 0; i < 5; i++) await round();
        console.log(JSON.stringify({ loaded, more: readdirSync('/proc/self/fd').length - before }));`),
    );
    expect(answer).to.deep.equal({ loaded: true, more: 0 });
  });
});

describe('two installed copies of the package', () => {
  const scratch = scratchDirectory();

  it('both remove their temporary files before a signal ends the process', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no signals');
    const copy = path.join(scratch.path, 'copy');
    mkdirSync(path.join(copy, 'build/Release'), { recursive: true });
    cpSync(path.join(root, 'dist'), path.join(copy, 'dist'), { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(copy, 'package.json'));
    const addon = path.join(root, 'build/Release/uvfiles.node');
    if (!existsSync(addon)) skip(this, 'the addon was not built here');
    cpSync(addon, path.join(copy, 'build/Release/uvfiles.node'));
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const files = path.join(scratch.path, 'files');
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      mkdirSync(files, { recursive: true });
      const child = startProgram(
        `import { createRequire } from 'node:module';
         import { tempfile } from 'uvfiles';
         const other = createRequire(import.meta.url)(${JSON.stringify(path.join(copy, 'dist/cjs/index.js'))});
         if (other.tempfile === tempfile) throw new Error('the same copy');
         const dir = ${JSON.stringify(files)};
         globalThis.kept = [await tempfile.namedTemporaryFile({ dir }), await other.tempfile.namedTemporaryFile({ dir }),
                            await other.tempfile.temporaryDirectory({ dir })];
         console.log('made');
         setInterval(() => undefined, 1000);`,
        { onLine: () => undefined },
      );
      const ending = await endOf(child, () => child.kill(signal));
      expect(ending.signal, ending.stderr).to.equal(signal);
      expect(scratch.list().sort()).to.deep.equal(['copy', 'files']);
      expect(spawnSync('ls', [files], { encoding: 'utf8' }).stdout).to.equal('');
    }
  });
});
