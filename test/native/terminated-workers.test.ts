// A worker that is terminated in the middle of long jobs leaves no descriptor and no file behind.
import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import * as P from '../../lib/native/protocol.js';
import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { runProgram, scratchDirectory } from '../support/temp.js';

describe('a terminated worker', () => {
  const scratch = scratchDirectory();

  it('leaves no descriptor of its walks, lists, copies and atomic files', async function () {
    this.timeout(240_000);
    const top = scratch.path;
    for (let i = 0; i < 60; i++) mkdirSync(path.join(top, `tree/d${i}/e`), { recursive: true });
    writeFileSync(path.join(top, 'big'), Buffer.alloc(32 << 20));
    writeFileSync(path.join(top, 'target'), 'old');
    const program = `
      const { parentPort, workerData: top } = require('node:worker_threads');
      const { os, readMany, openAtomic, writeAtomic } = require('uvfiles');
      (async () => { for (;;) for await (const _ of os.walk(top + '/tree')); })();
      (async () => { for (;;) for await (const _ of os.scandir(top + '/tree')); })();
      (async () => { for (;;) for await (const _ of readMany([top + '/big', top + '/target'])); })();
      (async () => { for (let i = 0; ; i++) await os.copy(top + '/big', top + '/tree/copy'); })();
      (async () => {
        for (;;) {
          const f = await openAtomic(top + '/target', 'wb');
          await f.write(Buffer.from('half'));
          await f.flush();
          await new Promise((resolve) => setTimeout(resolve, 5));
          await f.abort();
        }
      })();
      setTimeout(() => parentPort.postMessage('busy'), 20);`;
    const rounds = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const worker = new Worker(program, { eval: true, workerData: top });
        await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        await worker.terminate();
      }
    };
    await rounds(2);
    const before = await openDescriptors();
    await rounds(8);
    await expectDescriptors(before);
    expect(readFileSync(path.join(top, 'target'), 'utf8')).to.equal('old');
    expect(scratch.list().sort()).to.deep.equal(['big', 'target', 'tree']);
  });

  it('ends while it opens its environment in the addon', async () => {
    // From `reallyExit` on, the addon can call no JavaScript, as after `terminate()`.
    const program = `
      const addon = { exports: {} };
      process.dlopen(addon, require('node:worker_threads').workerData);
      const { open, submitPath } = addon.exports;
      const complete = () => undefined;
      const args = new Float64Array(${P.ARG_COUNT});
      const records = new Float64Array(${P.RECORD_DOUBLES});
      const shared = { complete, allocate: complete, arguments: args, records };
      const { reallyExit } = process;
      reallyExit(0);
      open(shared, true, complete, complete, args, records);
      args[${P.ARG_KIND}] = ${P.KIND_STAT};
      submitPath('/');`;
    const { stdout, stderr } = await runProgram(
      `
      import { Worker } from 'node:worker_threads';
      const [program, workerData] = process.argv.slice(1);
      const worker = new Worker(program, { eval: true, execArgv: [], workerData });
      worker.on('exit', (code) => console.log('ended', code));`,
      { argv: [program, path.resolve('build/Release/uvfiles.node')] },
    );
    expect(stderr).to.equal('');
    expect(stdout).to.equal('ended 0\n');
  });
});
