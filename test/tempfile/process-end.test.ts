// Any end of the process removes open temporary files, and the program ends as it would without the library.
import { expect } from 'chai';
import type { ChildProcess } from 'node:child_process';

import { skip } from '../support/skip.js';
import { type Ending, runProgram, scratchDirectory } from '../support/temp.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe('the end of the process', () => {
  const scratch = scratchDirectory();

  /** Creates a file of each kind in the scratch directory. */
  const make = (dir: string): string => `
    import { tempfile } from 'uvfiles';
    import fs from 'node:fs';
    const dir = ${JSON.stringify(dir)};
    const named = await tempfile.namedTemporaryFile({ dir });
    await named.write(Buffer.from('buffered'));
    const kept = await tempfile.namedTemporaryFile({ dir, deleteOnClose: false });
    await kept.close();
    const nameless = await tempfile.temporaryFile({ dir });
    const held = await tempfile.temporaryDirectory({ dir });
    fs.mkdirSync(held.name + '/a/b', { recursive: true });
    fs.writeFileSync(held.name + '/a/b/file', '');
    if (fs.readdirSync(dir).length !== 3) throw new Error('not made');
    // What nobody refers to any more would be closed, and so removed, when garbage is collected.
    globalThis.open = [named, kept, nameless, held];
  `;

  const run = (rest: string, onReady?: (child: ChildProcess) => void): Promise<Ending> =>
    runProgram(make(scratch.path) + rest, {
      args: ['--no-warnings'],
      onLine: (line, child) => {
        if (line === 'ready') onReady?.(child);
      },
    });

  for (const [how, code, rest] of [
    ['is normal', 0, ''],
    ['is process.exit', 3, 'process.exit(3);'],
    [
      'is process.exit in an exit listener’s sight',
      4,
      "process.on('exit', () => { if (!fs.existsSync(named.name)) process.exitCode = 9; }); process.exit(4);",
    ],
    [
      'is an uncaught exception',
      1,
      "setImmediate(() => { throw new Error('uncaught'); }); setInterval(() => {}, 1000);",
    ],
    ['is an unhandled rejection', 1, "Promise.reject(new Error('unhandled')); setInterval(() => {}, 1000);"],
  ] as const) {
    it(`leaves nothing when it ${how}`, async () => {
      const ending = await run(rest);
      expect(ending.code, ending.stderr).to.equal(code);
      expect(scratch.list()).to.deep.equal([]);
    });
  }

  for (const signal of SIGNALS) {
    it(`leaves nothing after ${signal} has ended the program`, async () => {
      const ending = await run("console.log('ready'); setInterval(() => {}, 1000);", (child) =>
        child.kill(signal),
      );
      expect(ending).to.include({ signal, code: null, stderr: '' });
      expect(scratch.list()).to.deep.equal([]);
    });

    it(`leaves nothing after ${signal} while the program is stuck in a loop`, async () => {
      const ending = await run("fs.writeSync(1, 'ready\\n'); for (;;);", (child) => child.kill(signal));
      expect(ending).to.include({ signal, code: null });
      expect(scratch.list()).to.deep.equal([]);
    });
  }

  it('leaves nothing when the same signal comes several times', async () => {
    const ending = await run("console.log('ready'); for (;;);", (child) => {
      for (let i = 0; i < 3; i++) child.kill('SIGINT');
    });
    expect(ending.signal).to.equal('SIGINT');
    expect(scratch.list()).to.deep.equal([]);
  });

  it('is left to the listener of the program, and the files are removed at exit', async () => {
    for (const when of ['before', 'after']) {
      const listen =
        "process.on('SIGTERM', () => { console.log(fs.readdirSync(dir).length); process.exit(5); });";
      const { code, signal, stdout } = await runProgram(
        (when === 'before' ? listen : '') +
          make(scratch.path) +
          (when === 'after' ? listen : '') +
          "console.log('ready'); setInterval(() => {}, 1000);",
        {
          onLine: (line, child) => {
            if (line === 'ready') child.kill('SIGTERM');
          },
        },
      );
      expect({ code, signal, stdout }, when).to.deep.equal({ code: 5, signal: null, stdout: 'ready\n3\n' });
      expect(scratch.list()).to.deep.equal([]);
    }
  });

  it('leaves nothing after a signal although there was no descriptor when the first directory was made', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no signals');
    const { signal, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = ${JSON.stringify(scratch.path)};
       const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
       globalThis.open = [await tempfile.temporaryDirectory({ dir })];
       for (const fd of taken) fs.closeSync(fd);
       globalThis.open.push(await tempfile.temporaryDirectory({ dir }));
       console.log('ready'); setInterval(() => {}, 1000);`,
      { limits: '-n 64', onLine: (line, child) => void (line === 'ready' && child.kill('SIGTERM')) },
    );
    expect({ signal, stderr }).to.deep.equal({ signal: 'SIGTERM', stderr: '' });
    expect(scratch.list()).to.deep.equal([]);
  });

  it('leaves all files in place if a listener lets the program continue', async () => {
    const { code, stdout } = await run(
      `process.once('SIGINT', () => {
         console.log(fs.readdirSync(dir).length);
         setTimeout(() => process.exit(0), 50);
       });
       console.log('ready'); setInterval(() => {}, 1000);`,
      (child) => child.kill('SIGINT'),
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'ready\n3\n' });
    expect(scratch.list()).to.deep.equal([]);
  });

  it('removes the files again after the last listener is removed', async () => {
    const { signal } = await run(
      `import { createRequire } from 'node:module';
       const addon = createRequire(import.meta.url)(${JSON.stringify(process.cwd())} + '/build/Release/uvfiles.node');
       const listener = () => {};
       process.on('SIGINT', listener);
       process.off('SIGINT', listener);
       const SIGINT = 1 << 2;
       console.log((addon.watchedSignals() & SIGINT) === 0 ? 'too late' : 'ready'); setInterval(() => {}, 1000);`,
      (child) => child.kill('SIGINT'),
    );
    expect(signal).to.equal('SIGINT');
    expect(scratch.list()).to.deep.equal([]);
  });

  it('is detected without listeners of signals', async () => {
    const { stdout } = await runProgram(
      `const names = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection', 'beforeExit', 'newListener'];
       const counts = () => names.map((name) => process.listenerCount(name)).join();
       const before = counts();
       ${make(scratch.path)
         .replaceAll(/import .*;/g, '')
         .replace(
           'const dir',
           "const { tempfile } = await import('uvfiles'); const fs = await import('node:fs'); const dir",
         )}
       console.log(before === counts());`,
    );
    expect(stdout.trim()).to.equal('true');
  });

  it('of a child process does not remove the files of its parent', async () => {
    const { stdout, code } = await run(
      `import { spawnSync } from 'node:child_process';
       spawnSync(process.execPath, ['-e', 'process.exit()']);
       spawnSync('sh', ['-c', 'kill -TERM $$']);
       console.log(fs.readdirSync(dir).length);`,
    );
    expect({ stdout, code }).to.deep.equal({ stdout: '3\n', code: 0 });
  });

  const inWorker = (body: string): string => `
    import { Worker } from 'node:worker_threads';
    import fs from 'node:fs';
    const dir = ${JSON.stringify(scratch.path)};
    const worker = new Worker(${JSON.stringify(body)}, { eval: true, execArgv: [] });
    await new Promise((resolve) => worker.once('message', resolve));
  `;
  const workerBody = (): string => `
    const { tempfile } = require('uvfiles');
    const { parentPort } = require('node:worker_threads');
    const dir = ${JSON.stringify(scratch.path)};
    (async () => {
      const files = await Promise.all(Array.from({ length: 20 }, () => tempfile.namedTemporaryFile({ dir })));
      await Promise.all(files.map((file) => file.write(Buffer.from('x'))));
      globalThis.open = [...files, await tempfile.temporaryDirectory({ dir })];
      parentPort.postMessage('made');
      for (;;) open.push(await tempfile.namedTemporaryFile({ dir }));
    })();
  `;

  it('removes the files of a worker that is terminated, and no others', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles';
       ${inWorker(workerBody())}
       const mine = await tempfile.namedTemporaryFile({ dir });
       await worker.terminate();
       console.log(fs.readdirSync(dir).length, fs.existsSync(mine.name));`,
      { args: ['--no-warnings'] },
    );
    expect({ stdout: stdout.trim(), stderr }).to.deep.equal({ stdout: '1 true', stderr: '' });
    expect(scratch.list()).to.deep.equal([]);
  });

  it('removes the files of a terminated worker that were created but not returned', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux reports which file a descriptor is open on');
    // All results are delivered at once. A read continues first, while the promises of the others are still pending.
    const greedy = (call: string): string => `
      const { createLane, open, tempfile } = require('uvfiles');
      const { parentPort } = require('node:worker_threads');
      const dir = ${JSON.stringify(scratch.path)};
      (async () => {
        await tempfile.gettempdir();
        const file = await open('package.json', 'rb');
        const lane = createLane({ name: 'read', inline: false });
        for (let i = 0; i < 100; i++) {
          tempfile.${call}({ dir });
          if (i === 10)
            file.pread(1, 0, { lane }).then(() => {
              parentPort.postMessage('made');
              for (;;);
            });
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      })();
    `;
    for (const call of ['mkstemp', 'namedTemporaryFile', 'temporaryFile', 'mkdtemp', 'temporaryDirectory']) {
      const { stdout, stderr } = await runProgram(
        `${inWorker(greedy(call))}
         const made = fs.readdirSync(dir).length;
         const open = () => fs.readdirSync('/proc/self/fd').filter((fd) => {
           try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith(dir); } catch { return false; }
         }).length;
         await worker.terminate();
         console.log(made, open(), fs.readdirSync(dir).length);`,
        { args: ['--no-warnings'] },
      );
      const [made, ...left] = stdout.trim().split(' ');
      expect({ call, left, stderr }).to.deep.equal({ call, left: ['0', '0'], stderr: '' });
      if (call !== 'temporaryFile') expect(Number(made)).to.be.above(1);
    }
  });

  it('removes the files of a terminated worker that were about to be returned', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux reports which file a descriptor is open on');
    // Its path is created last. The worker stops there.
    const staying = (call: string): string => `
      const { tempfile } = require('uvfiles');
      const { parentPort } = require('node:worker_threads');
      const dir = ${JSON.stringify(scratch.path)};
      const { toString } = Buffer.prototype;
      Buffer.prototype.toString = function (...args) {
        const text = toString.apply(this, args);
        if (text.startsWith(dir + '/')) {
          parentPort.postMessage('made');
          for (;;);
        }
        return text;
      };
      tempfile.${call};
    `;
    const calls = [
      'mkstemp({ dir })',
      'mkdtemp({ dir })',
      'namedTemporaryFile({ dir, delete: false })',
      'temporaryDirectory({ dir, delete: false })',
    ];
    for (const call of calls) {
      const { stdout, stderr } = await runProgram(
        `${inWorker(staying(call))}
         const made = fs.readdirSync(dir).length;
         await worker.terminate();
         const open = fs.readdirSync('/proc/self/fd').filter((fd) => {
           try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith(dir); } catch { return false; }
         });
         console.log(made, fs.readdirSync(dir).length, open.length);`,
        { args: ['--no-warnings'] },
      );
      expect({ call, stdout, stderr }).to.deep.equal({ call, stdout: '1 0 0\n', stderr: '' });
    }
  });

  it('by a signal or process.exit leaves nothing of its workers', async () => {
    for (const rest of ["console.log('ready'); setInterval(() => {}, 1000);", 'process.exit(0);']) {
      const { stdout } = await runProgram(`${inWorker(workerBody())} fs.writeSync(1, 'made\\n'); ${rest}`, {
        onLine: (line, child) => {
          if (line === 'ready') child.kill('SIGTERM');
        },
      });
      expect(stdout).to.match(/^made\n/);
      expect(scratch.list()).to.deep.equal([]);
    }
  });

  it('removes the files of a worker that ends by itself', async () => {
    const { stdout } = await runProgram(
      `import { Worker } from 'node:worker_threads'; import fs from 'node:fs';
       const worker = new Worker(${JSON.stringify(
         `require('uvfiles').tempfile.namedTemporaryFile({ dir: ${JSON.stringify(scratch.path)}, deleteOnClose: false })`,
       )}, { eval: true, execArgv: [] });
       await new Promise((resolve) => worker.once('exit', resolve));
       console.log(fs.readdirSync(${JSON.stringify(scratch.path)}).length);`,
      { args: ['--no-warnings'] },
    );
    expect(stdout.trim()).to.equal('0');
  });
});
