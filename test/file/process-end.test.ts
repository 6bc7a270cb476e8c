// The process lives as long as operations are pending, and an explicit exit ends it regardless of queued operations.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { EOL } from 'node:os';
import { Folder, runProgram } from '../support/files.js';

describe('the process', () => {
  const folder = new Folder();
  const run = (code: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof runProgram> =>
    runProgram(`import { open, readBytes, writeFile, os, configure } from 'uvfiles';\n${code}`, {
      // A process that is told to exit frees nothing, so reports of LeakSanitizer would not be leaks.
      env: {
        UVFILES_INLINE: '0',
        ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0`,
        ...env,
      },
      argv: [folder.path],
    });

  it('stays alive while operations are pending, and ends after the last', async () => {
    const ending = await run(`readBytes(process.execPath).then((bytes) => console.log(bytes.length));`);
    expect(ending).to.include({ code: 0, stderr: '', stdout: `${fs.statSync(process.execPath).size}\n` });
  });

  it('is not kept alive by open handles, idle lanes or a used addon', async () => {
    const ending = await run(
      `globalThis.f = await open(process.execPath, 'rb'); await f.read(10); await os.stat('/'); console.log('end');`,
    );
    expect(ending).to.include({ code: 0, stderr: '', stdout: 'end\n' });
  });

  for (const threads of ['1', '2', '4', '128']) {
    it(`works with UV_THREADPOOL_SIZE=${threads}`, async () => {
      const ending = await run(
        `import { pbkdf2 } from 'node:crypto';
         const f = await open(process.execPath, 'rb');
         const parts = await Promise.all([
           ...Array.from({ length: 300 }, (_, i) => f.pread(1000, i * 1000)),
           new Promise((resolve) => pbkdf2('a', 'b', 10, 10, 'sha1', () => resolve('x'))),
           ...Array.from({ length: 30 }, () => readBytes('/proc/self/status').then(() => 'y')),
         ]);
         await f.close();
         console.log(parts.length);`,
        { UV_THREADPOOL_SIZE: threads },
      );
      expect(ending).to.include({ code: 0, stderr: '', stdout: '331\n' });
    });
  }

  it('exits immediately with thousands of operations queued and running', async () => {
    for (const how of [
      'process.exit(7)',
      'setImmediate(() => process.exit(7))',
      'setTimeout(() => process.exit(7), 5)',
    ]) {
      const ending = await run(
        `const f = await open(process.execPath, 'rb');
         const opened = globalThis.opened = []; // a file that is dropped is closed with a warning
         for (let i = 0; i < 5000; i++) { f.pread(5000, i * 10); opened.push(open(process.execPath, 'rb')); os.stat('/'); }
         for (let i = 0; i < 500; i++) readBytes('/proc/self/status');
         ${how};`,
      );
      expect(ending, how).to.include({ code: 7, signal: null, stderr: '' });
    }
  });

  it('flushes at normal exit, process.exit and an uncaught exception', async () => {
    const ways: [string, number][] = [
      ['', 0],
      ['process.exit(5)', 5],
      ["setImmediate(() => { throw new Error('uncaught') })", 1],
      ["Promise.reject(new Error('unhandled'))", 1],
      ['await f.close()', 0],
    ];
    for (const [how, code] of ways) {
      const ending = await run(
        `globalThis.f = await open(process.argv[1] + '/flushed', 'wb');
         await f.write(Buffer.from('first '));
         await f.seek(20);
         await f.write(Buffer.from('second'));
         ${how};`,
      );
      expect(ending.code, how).to.equal(code);
      expect(folder.get('flushed'), how).to.equal(`first ${'\0'.repeat(14)}second`);
    }
  });

  it('flushes what listeners of the exit write, and before one of them ends the process', async () => {
    const ways = {
      first: `process.on('exit', () => f.write('late')); globalThis.f = await open(at, 'w'); await f.write('early ');`,
      last: `globalThis.f = await open(at, 'w'); await f.write('early '); process.on('exit', () => f.write('late'));`,
      only: `globalThis.f = await open(at, 'w'); process.on('exit', () => { f.write('early '); f.write('late'); });`,
      sought: `import fs from 'node:fs'; fs.writeFileSync(at, 'early ...'); globalThis.f = await open(at, 'r+'); await f.seek(6);
        process.on('exit', () => { f.write('la'); f.write('te'); });`,
      ended: `process.on('exit', () => process.exit(0)); globalThis.f = await open(at, 'w'); await f.write('early late');`,
      worker: `import { Worker } from 'node:worker_threads';
        new Worker(\`import { open } from 'uvfiles';
          globalThis.f = await open(process.env.at, 'w');
          process.on('exit', () => { f.write('early '); f.write('late'); });\`,
          { eval: true, env: { ...process.env, at } });`,
    };
    for (const [name, way] of Object.entries(ways)) {
      const ending = await run(`const at = process.argv[1] + '/${name}'; ${way}`);
      expect(ending, name).to.include({ code: 0, stderr: '' });
      expect(folder.get(name), name).to.equal('early late');
    }
  });

  it('flushes text, appends and overwrites in place', async () => {
    const ending = await run(
      `const dir = process.argv[1];
       import { writeFileSync } from 'node:fs';
       writeFileSync(dir + '/a', 'old ');
       writeFileSync(dir + '/r', '0123456789');
       const t = await open(dir + '/t', 'w'); await t.write('text\\n');
       const a = await open(dir + '/a', 'ab'); await a.write(Buffer.from('new'));
       const r = await open(dir + '/r', 'rb+'); await r.read(2); await r.write(Buffer.from('XY'));
       process.exit(0);`,
    );
    expect(ending).to.include({ code: 0, stderr: '' });
    expect([folder.get('t'), folder.get('a'), folder.get('r')]).to.deep.equal([
      `text${EOL}`,
      'old new',
      '01XY456789',
    ]);
  });

  it('writes each byte once when it exits while a flush is queued, running or just done', async () => {
    for (const when of [
      '',
      'await new Promise(setImmediate);',
      'for (let i = 0; i < 1000; i++) await 0;',
      'await os.stat("/");',
      'await flushing;',
    ]) {
      for (const mode of ['wb', 'ab']) {
        const ending = await run(
          `globalThis.f = await open(process.argv[1] + '/once-' + '${mode}', '${mode}');
           await f.write(Buffer.alloc(50_000, 'a'));
           const flushing = f.flush();
           ${when}
           process.exit(0);`,
        );
        expect(ending).to.include({ code: 0, stderr: '' });
        const written = folder.get(`once-${mode}`);
        fs.unlinkSync(folder.at(`once-${mode}`));
        expect(written.length, `${mode} ${when}`).to.equal(50_000);
      }
    }
  });

  it('writes each byte once when it exits in the loop iteration in which a flush ends', async () => {
    // The flush and the stats finish together. The first callback ends the process before the handle has been notified.
    const ending = await run(
      `globalThis.f = await open(process.argv[1] + '/told', 'wb');
       await f.write(Buffer.alloc(50_000, 'a'));
       const stats = Array.from({ length: 4 }, () => os.stat('/'));
       const flushing = f.flush();
       const more = Array.from({ length: 4 }, () => os.stat('/'));
       for (const each of [...stats, ...more]) each.then(() => process.exit(0));
       // All are done by the time the loop looks.
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);`,
      { UV_THREADPOOL_SIZE: '1' },
    );
    expect(ending).to.include({ code: 0, stderr: '' });
    expect(folder.get('told').length).to.equal(50_000);
  });
});
