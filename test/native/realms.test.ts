// Test runners evaluate the package again in a separate realm (a vm context) for each test file, and drop the realm.
import { expect } from 'chai';
import path from 'node:path';

import { answerOf } from '../support/files.js';
import { skip } from '../support/skip.js';
import { root, runProgram, scratchDirectory } from '../support/temp.js';

/** Evaluates the package in a separate context, as Jest does: its modules are functions of this context. */
const EVALUATE = `
  import vm from 'node:vm';
  import { createRequire } from 'node:module';
  import { readFileSync } from 'node:fs';
  import { dirname } from 'node:path';
  const entry = ${JSON.stringify(path.join(root, 'dist/cjs/index.js'))};
  const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];
  function evaluate() {
    const context = vm.createContext({
      ...{ process, console, Buffer, performance, URL, AbortSignal, AbortController },
      ...{ setTimeout, clearTimeout, setImmediate, queueMicrotask, TextDecoder, TextEncoder },
    });
    const modules = new Map();
    const load = (file) => {
      if (!/[\\\\/]dist[\\\\/]cjs[\\\\/].*\\.js$/.test(file)) return createRequire(entry)(file);
      let module = modules.get(file);
      if (module === undefined) {
        modules.set(file, (module = { exports: {} }));
        const near = createRequire(file);
        const body = vm.compileFunction(readFileSync(file, 'utf8'), PARAMETERS, { filename: file, parsingContext: context });
        body(module.exports, (name) => load(near.resolve(name)), module, file, dirname(file));
      }
      return module.exports;
    };
    return { context, uvfiles: load(entry) };
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  async function collected(realms, most) {
    let left = realms.length;
    for (let i = 0; i < 2000 && left > most; i++) {
      globalThis.gc();
      await turn();
      left = realms.filter((each) => each.deref() !== undefined).length;
    }
    return realms.length - left;
  }
`;

describe('realms that evaluate their own copy of the package', () => {
  const scratch = scratchDirectory();
  const run = async (code: string): Promise<unknown> =>
    answerOf(
      await runProgram(EVALUATE + code, {
        args: ['--expose-gc', '--experimental-vm-modules'],
        env: { SCRATCH: scratch.path, NODE_NO_WARNINGS: '1' },
      }),
    );

  it('are collected once none of their operations is outstanding', async function () {
    this.timeout(240_000);
    const answer = await run(`
      const realms = [];
      for (let i = 0; i < 10; i++) {
        const { context, uvfiles } = evaluate();
        await uvfiles.writeFile(process.env.SCRATCH + '/file', Buffer.alloc(100_000));
        await uvfiles.readBytes(process.env.SCRATCH + '/file');
        const file = await uvfiles.open(process.env.SCRATCH + '/file', 'rb');
        await Promise.all(Array.from({ length: 64 }, (_, at) => file.pread(4096, at * 1000)));
        await file.close();
        await uvfiles.os.listdir(process.env.SCRATCH);
        realms.push(new WeakRef(context));
      }
      // The collector may keep the last ones: of contexts that evaluate nothing it keeps one.
      const count = await collected(realms, 1);
      console.log(JSON.stringify(count >= 5));`);
    expect(answer).to.equal(true);
  });

  it('are collected once their temporary files are removed and their buffers written', async function () {
    this.timeout(240_000);
    const answer = await run(`
      const listeners = () => ['exit', 'removeListener'].map((event) => process.listenerCount(event)).join();
      const before = listeners();
      const realms = [];
      let during;
      for (let i = 0; i < 10; i++) {
        const { context, uvfiles } = evaluate();
        const file = await uvfiles.open(process.env.SCRATCH + '/file', 'w');
        await file.write('kept in the buffer');
        const directory = await uvfiles.tempfile.temporaryDirectory();
        const named = await uvfiles.tempfile.namedTemporaryFile();
        during = listeners();
        await named.close();
        await directory.close();
        await file.close();
        realms.push(new WeakRef(context));
      }
      for (let i = 0; i < 4000 && listeners() !== before; i++) await turn();
      const count = await collected(realms, 1);
      console.log(JSON.stringify([during !== before, listeners() === before, count >= 5]));`);
    expect(answer).to.deep.equal([true, true, true]);
  });

  it('stay until their operation has ended, and settle it', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    this.timeout(240_000);
    const answer = await run(`
      import { spawnSync } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const fifo = process.env.SCRATCH + '/fifo';
      spawnSync('mkfifo', [fifo]);
      let answer;
      const begin = () => {
        const { uvfiles } = evaluate();
        uvfiles.readText(fifo).then((text) => { answer = text; });
      };
      begin();
      for (let i = 0; i < 5; i++) { globalThis.gc(); await turn(); }
      writeFileSync(fifo, 'said');
      while (answer === undefined) await turn();
      console.log(JSON.stringify(answer));`);
    expect(answer).to.equal('said');
  });

  it('leave none of their files open when they are collected', async function () {
    this.timeout(240_000);
    const answer = await run(`
      import { fstatSync, writeFileSync } from 'node:fs';
      writeFileSync(process.env.SCRATCH + '/file', 'x');
      const begin = async () => {
        const { context, uvfiles } = evaluate();
        const file = await uvfiles.open(process.env.SCRATCH + '/file', 'rb');
        return { realm: new WeakRef(context), number: file.fileno() };
      };
      const { realm, number } = await begin();
      const count = await collected([realm], 0);
      let open = true;
      try { fstatSync(number); } catch { open = false; }
      // Either the realm stays, or its finalization registry has closed the file.
      console.log(JSON.stringify(count === 0 || !open));`);
    expect(answer).to.equal(true);
  });
});
