// Fake timers of tests replace the functions of timers and stop the clocks. Calls on files go on.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { makeFifo } from '../support/pipes.js';
import { runProgram, scratchDirectory } from '../support/temp.js';

// As the fake timers of Jest, Vitest and sinon do, and then as those of node:test do.
const FAKES = {
  'global functions and clocks': `
    const never = () => ({ ref() { return this; }, unref() { return this; }, hasRef: () => false });
    const nothing = () => undefined;
    Object.assign(globalThis, { setTimeout: never, setInterval: never, setImmediate: never });
    Object.assign(globalThis, { clearTimeout: nothing, clearInterval: nothing, clearImmediate: nothing });
    globalThis.queueMicrotask = nothing;
    process.nextTick = nothing;
    process.hrtime = Object.assign(() => [1, 0], { bigint: () => 1_000_000_000n });
    performance.now = () => 1000;
    Date.now = () => 1000;`,
  'those of node:timers, too': `
    const { mock } = await import('node:test');
    mock.timers.enable();`,
};

describe('fake timers', function () {
  this.timeout(240_000);
  const scratch = scratchDirectory();

  /** Runs `code` with fake timers in a process that fails when it has nothing left to do. */
  async function under(fake: string, code: string): Promise<void> {
    const file = path.join(scratch.path, 'file');
    writeFileSync(file, 'one\n'.repeat(1000));
    const program = `
      import { lines, lockFile, open, os, readBytes, tempfile, updateAtomic } from 'uvfiles';
      import { rm } from 'uvfiles/promises';
      const { FILE: file, FIFO: fifo } = process.env;
      ${fake}
      ${code}
      console.log('done');`;
    const { stdout, stderr } = await runProgram(program, {
      args: ['--no-warnings'],
      env: { FILE: file, ...(process.platform !== 'win32' && { FIFO: makeFifo() }) },
    });
    expect(stderr).to.equal('');
    expect(stdout).to.equal('done\n');
  }

  for (const [what, fake] of Object.entries(FAKES)) {
    describe(`that replace ${what}`, () => {
      it('do not stop cached calls, one after another or many at a time', () =>
        under(
          fake,
          `const handle = await open(file, 'rb');
           for (let i = 0; i < 3000; i++) {
             await os.stat(file);
             await handle.pread(16, i);
             await readBytes(file);
           }
           await Promise.all(Array.from({ length: 500 }, (_, i) => handle.pread(16, i)));
           await handle.close();`,
        ));

      it('do not stop the timeouts of calls that wait', () =>
        under(
          fake,
          `const code = (error) => { if (error.code !== 'ERR_TIMEOUT') throw error; };
           const lock = await lockFile(file + '.lock');
           await lockFile(file + '.lock', { timeout: 20 }).catch(code);
           await updateAtomic(file, () => new Promise(() => {}), { timeout: 20 }).catch(code);
           if (fifo !== undefined) {
             const handle = await open(fifo, 'rb');
             await handle.read(1, { timeout: 20 }).catch(code);
             await handle.close();
           }
           await lock.release();`,
        ));

      it('do not stop locks, whole jobs, loops over lines and temporary files', () =>
        under(
          fake,
          `const first = await lockFile(file + '.lock');
           const second = lockFile(file + '.lock');
           await first.release();
           await (await second).release();
           for (let i = 0; i < 50; i++) await updateAtomic(file + '.count', (old) => (old ?? '') + 'x', { encoding: 'utf-8' });
           for await (const line of lines(file)) if (line !== 'one') throw new Error(line);
           const directory = await tempfile.temporaryDirectory();
           for (let i = 0; i < 200; i++) await os.makedirs(directory.name + '/tree/' + i + '/below');
           await os.copytree(directory.name + '/tree', directory.name + '/copy');
           await rm(directory.name + '/tree', { recursive: true, maxRetries: 2 });
           await directory.close();`,
        ));
    });
  }
});
