// Less common ends of programs: no temporary file is left, and the program ends as it would without the library.
import { expect } from 'chai';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { type Ending, needsModes, needsSignals, runProgram, scratchDirectory } from '../support/temp.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const STAY = "console.log('ready'); setInterval(() => {}, 1000);";

describe('a program with temporary files', () => {
  const scratch = scratchDirectory();

  const begin = (): string => `
    import { tempfile } from 'uvfiles';
    import fs from 'node:fs';
    const dir = ${JSON.stringify(scratch.path)};
    const count = () => fs.readdirSync(dir).length;
    const named = await tempfile.namedTemporaryFile({ dir, deleteOnClose: false });
    const held = await tempfile.temporaryDirectory({ dir });
    fs.writeFileSync(held.name + '/file', '');
    if (count() !== 2) throw new Error('not made');
  `;

  function run(
    rest: string,
    onReady?: (child: ChildProcess) => void,
    o: { prelude?: string; unprivileged?: boolean } = {},
  ): Promise<Ending> {
    return runProgram(begin() + rest, {
      args: ['--no-warnings'],
      onLine: (line, child) => {
        if (line === 'ready') onReady?.(child);
      },
      ...o,
    });
  }

  const nothingLeft = (): void => {
    expect(scratch.list()).to.deep.equal([]);
  };

  for (const signal of SIGNALS) {
    it(`that listens for ${signal} once and then sends it to itself again dies of it and leaves nothing`, async function () {
      needsSignals(this);
      const ending = await run(
        `process.once('${signal}', () => { console.log(count()); process.kill(process.pid, '${signal}'); }); ${STAY}`,
        (child) => child.kill(signal),
      );
      expect(ending).to.include({ signal, code: null, stdout: 'ready\n2\n', stderr: '' });
      nothingLeft();
    });

    // Node itself does not keep signals ignored that its parent ignored (as under nohup). The library must not change its
    // behaviour.
    it(`whose parent ignored ${signal} dies of it as any other Node program does`, async function () {
      needsSignals(this);
      const prelude = `trap '' ${signal.slice(3)}`;
      const kill = (child: ChildProcess): void => void child.kill(signal);
      const without = await runProgram(STAY, { prelude, onLine: (_, child) => kill(child) });
      const ending = await run(STAY, kill, { prelude });
      expect(ending).to.deep.equal(without);
      nothingLeft();
    });

    it(`that listens for ${signal} still dies of the others`, async function () {
      needsSignals(this);
      const other = SIGNALS[(SIGNALS.indexOf(signal) + 1) % 3] as NodeJS.Signals;
      const ending = await run(`process.on('${signal}', () => {}); ${STAY}`, (child) => child.kill(other));
      expect(ending).to.include({ signal: other, code: null });
      nothingLeft();
    });
  }

  it('that removes its listener before it sends itself the signal dies of it and leaves nothing', async function () {
    needsSignals(this);
    const ending = await run(
      `const listener = () => {
         process.removeListener('SIGTERM', listener);
         process.kill(process.pid, 'SIGTERM');
       };
       process.on('SIGTERM', listener); ${STAY}`,
      (child) => child.kill('SIGTERM'),
    );
    expect(ending).to.include({ signal: 'SIGTERM', code: null });
    nothingLeft();
  });

  it('that removes its listener while it has no temporary file dies of the signal and leaves nothing', async function () {
    needsSignals(this);
    const ending = await runProgram(
      `import { tempfile } from 'uvfiles';
       const dir = ${JSON.stringify(scratch.path)};
       const listener = () => {};
       process.on('SIGTERM', listener);
       const first = await tempfile.namedTemporaryFile({ dir });
       await first.close();
       process.removeListener('SIGTERM', listener);
       const second = await tempfile.namedTemporaryFile({ dir });
       process.kill(process.pid, 'SIGTERM'); ${STAY}`,
    );
    expect(ending).to.include({ signal: 'SIGTERM', code: null });
    nothingLeft();
  });

  it('that sends itself a signal by number or by process group dies of it and leaves nothing', async function () {
    needsSignals(this);
    for (const target of ['process.pid, 15', '0', '-process.pid, 15']) {
      const ending = await run(
        `process.once('SIGINT', () => process.kill(${target})).once('SIGTERM', () => {});
         process.removeAllListeners('SIGTERM'); ${STAY}`,
        (child) => child.kill('SIGINT'),
        { prelude: 'exec setsid "$@"; true' }, // leads a separate process group, so it signals only that group
      );
      expect(ending).to.include({ signal: 'SIGTERM', code: null, stderr: '' });
      nothingLeft();
    }
  });

  it('can send signals to other processes, and test whether they exist, as before', async function () {
    needsSignals(this);
    const ending = await run(
      `import { spawn } from 'node:child_process';
       const child = spawn('sleep', ['60']);
       const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
       const codes = [[process.pid, 0], [child.pid, 0], [child.pid, 'SIGHUP'], [2 ** 22, 0], [process.pid, 'SIGNOT'], ['x', 0], [{}]].map((call) => {
         try { return process.kill(...call); } catch (error) { return error.code ?? error.name; }
       });
       console.log(codes.join(), await ended, process.kill.name, process.kill.length, count());`,
    );
    expect(ending).to.include({
      stdout:
        'true,true,true,ESRCH,ERR_UNKNOWN_SIGNAL,ERR_INVALID_ARG_TYPE,ERR_INVALID_ARG_TYPE SIGHUP kill 2 2\n',
      stderr: '',
      code: 0,
    });
    nothingLeft();
  });

  it('whose listener throws ends with that error, and leaves nothing', async function () {
    needsSignals(this);
    const ending = await run(`process.on('SIGTERM', () => { throw new Error('mine'); }); ${STAY}`, (child) =>
      child.kill('SIGTERM'),
    );
    expect(ending).to.include({ signal: null, code: 1 });
    expect(ending.stderr).to.match(/Error: mine/);
    nothingLeft();
  });

  it('whose main thread waits in the kernel dies of a signal at once, and leaves nothing', async function () {
    needsSignals(this);
    for (const wait of [
      'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
      'fs.readSync(0, Buffer.alloc(1));',
    ]) {
      const ending = await run(`fs.writeSync(1, 'ready\\n'); ${wait}`, (child) => child.kill('SIGINT'));
      expect(ending).to.include({ signal: 'SIGINT', code: null });
      nothingLeft();
    }
  });

  it('that is in an endless exit listener dies of a signal, and leaves nothing', async function () {
    needsSignals(this);
    const ending = await run(
      `process.on('exit', () => { fs.writeSync(1, 'ready\\n'); for (;;); });`,
      (child) => child.kill('SIGTERM'),
    );
    expect(ending).to.include({ signal: 'SIGTERM', code: null });
    nothingLeft();
  });

  it('that catches its uncaught exceptions continues, and keeps its files', async () => {
    const ending = await run(
      `process.on('uncaughtException', () => setTimeout(() => console.log(count()), 20));
       setImmediate(() => { throw new Error('uncaught'); });`,
    );
    expect(ending).to.include({ code: 0, stdout: '2\n', stderr: '' });
    nothingLeft();
  });

  for (const [how, code, rest] of [
    ['waits for what never comes', 13, 'await new Promise(() => {});'],
    ['ends while it cleans up', 0, 'held.cleanup(); process.exit(0);'],
    ['ends while it closes', 0, 'named.close(); named[Symbol.asyncDispose](); process.exit(0);'],
    ['ends from within a promise', 6, 'Promise.resolve().then(() => process.exit(6));'],
    [
      'ends with hundreds being made',
      0,
      `for (let i = 0; i < 300; i++) { tempfile.namedTemporaryFile({ dir }); tempfile.temporaryDirectory({ dir }); }
       setTimeout(() => process.exit(0), 3);`,
    ],
    [
      'makes more of them in its exit listener',
      0,
      "process.on('exit', () => { for (let i = 0; i < 20; i++) { tempfile.namedTemporaryFile({ dir }); tempfile.temporaryDirectory({ dir }); } });",
    ],
    ['has removed them by hand', 0, 'fs.rmSync(held.name, { recursive: true }); fs.unlinkSync(named.name);'],
  ] as const) {
    it(`that ${how} leaves nothing`, async () => {
      const ending = await run(rest);
      expect(ending.code, ending.stderr).to.equal(code);
      nothingLeft();
    });
  }

  for (const [how, code, rest, signal] of [
    ['normally', 0, '', undefined],
    ['by a signal', null, STAY, 'SIGTERM'],
  ] as const) {
    it(`that ends ${how} leaves no directory that is locked, deep, or was named from elsewhere`, async function () {
      needsModes(this);
      const ending = await run(
        `process.chdir(dir);
         const relative = await tempfile.temporaryDirectory({ dir: '.' });
         const bytes = await tempfile.namedTemporaryFile({ dir: Buffer.from('.') });
         fs.mkdirSync(held.name + '/locked/inner', { recursive: true });
         fs.writeFileSync(held.name + '/locked/inner/file', '');
         fs.chmodSync(held.name + '/locked/inner', 0); fs.chmodSync(held.name + '/locked', 0o100);
         process.chdir(relative.name);
         for (let i = 0; i < 40; i++) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }
         fs.chmodSync(held.name, 0);
         process.chdir('/');
         ${rest}`,
        (child) => child.kill(signal),
        { unprivileged: true },
      );
      expect({ code: ending.code, signal: ending.signal, stderr: ending.stderr }).to.deep.equal({
        code,
        signal: signal ?? null,
        stderr: '',
      });
      nothingLeft();
    });

    it(`that ends ${how} keeps the targets of links in its directory, and files made with delete: false`, async function () {
      if (signal !== undefined) needsSignals(this);
      const outside = path.join(scratch.path, 'outside');
      const ending = await run(
        `fs.mkdirSync(dir + '/outside'); fs.writeFileSync(dir + '/outside/file', 'kept');
         fs.symlinkSync(dir + '/outside', held.name + '/link');
         const swapped = await tempfile.temporaryDirectory({ dir });
         fs.rmdirSync(swapped.name); fs.symlinkSync(dir + '/outside', swapped.name);
         await tempfile.namedTemporaryFile({ dir, delete: false, prefix: 'kept-' });
         await tempfile.temporaryDirectory({ dir, delete: false, prefix: 'kept-' });
         await tempfile.mkstemp({ dir, prefix: 'kept-' }); await tempfile.mkdtemp({ dir, prefix: 'kept-' });
         ${rest}`,
        (child) => child.kill(signal),
      );
      expect({ code: ending.code, signal: ending.signal }).to.deep.equal({ code, signal: signal ?? null });
      expect(existsSync(path.join(outside, 'file'))).to.equal(true);
      const kept = scratch.list().filter((name) => name.startsWith('kept-'));
      expect(kept.length).to.equal(4);
      // A link in the place of a directory is not the library's: it is not followed, and may stay.
      expect(scratch.list().filter((name) => name.startsWith('tmp')).length).to.be.at.most(1);
    });
  }

  const inWorker = (body: string): string => `
    import { Worker } from 'node:worker_threads';
    import fs from 'node:fs';
    const dir = ${JSON.stringify(scratch.path)};
    const count = () => fs.readdirSync(dir).length;
    const worker = new Worker(${JSON.stringify(`
      const { tempfile } = require('uvfiles');
      const { parentPort } = require('node:worker_threads');
      const dir = ${JSON.stringify(scratch.path)};
      (async () => {
        await tempfile.namedTemporaryFile({ dir, deleteOnClose: false });
        await tempfile.temporaryDirectory({ dir });
        parentPort.postMessage('made');
        ${body}
      })();
    `)}, { eval: true, execArgv: [] });
    worker.on('error', () => {});
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await new Promise((resolve) => worker.once('message', resolve));
  `;

  for (const [how, body] of [
    ['calls process.exit', 'process.exit(3);'],
    ['throws what nobody catches', "setImmediate(() => { throw new Error('uncaught'); });"],
    ['rejects what nobody catches', "Promise.reject(new Error('unhandled'));"],
  ] as const) {
    it(`keeps running when its worker ${how}, which leaves nothing`, async () => {
      const { stdout, code } = await runProgram(
        `${inWorker(body)}
         await ended;
         console.log(count());`,
        { args: ['--no-warnings'] },
      );
      expect({ stdout, code }).to.deep.equal({ stdout: '0\n', code: 0 });
    });
  }

  it('dies of a signal while its worker is stuck in a loop, and leaves nothing of it', async function () {
    needsSignals(this);
    for (const main of [STAY, "fs.writeSync(1, 'ready\\n'); for (;;);"]) {
      const { signal } = await runProgram(inWorker('for (;;);') + main, {
        args: ['--no-warnings'],
        onLine: (_, child) => child.kill('SIGINT'),
      });
      expect(signal).to.equal('SIGINT');
      nothingLeft();
    }
  });

  it('does not touch unrelated files', async () => {
    mkdirSync(path.join(scratch.path, 'other'));
    writeFileSync(path.join(scratch.path, 'other/file'), '');
    await runProgram(
      `import { tempfile } from 'uvfiles';
       await tempfile.temporaryDirectory({ dir: ${JSON.stringify(path.join(scratch.path, 'other'))} });`,
    );
    expect(scratch.list()).to.deep.equal(['other']);
    expect(existsSync(path.join(scratch.path, 'other/file'))).to.equal(true);
  });
});
