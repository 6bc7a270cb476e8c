// What AsyncLocalStorage keeps for the program's first operation.
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { scratchDirectory } from '../support/temp.js';

describe('the first operation of a program', () => {
  const scratch = scratchDirectory();

  it('leaves the store of its request neither in memory nor to the operations of others', () => {
    const file = path.join(scratch.path, 'file');
    writeFileSync(file, 'content');
    const program = `
      const { AsyncLocalStorage } = require('node:async_hooks');
      const { setTimeout: sleep } = require('node:timers/promises');
      const { subscribe } = require('node:diagnostics_channel');
      const { writeFile } = require('uvfiles');
      const requests = new AsyncLocalStorage();
      const path = process.argv[1];
      let first;
      async function request(name) {
        const store = { name };
        first ??= new WeakRef(store);
        await requests.run(store, () => writeFile(path, name));
      }
      (async () => {
        await request('first');
        const strangers = [];
        let messages = 0;
        subscribe('uvfiles:op', () => {
          messages++;
          if (requests.getStore()?.name === 'first') strangers.push(messages);
        });
        await request('second');
        for (let tries = 0; tries < 20 && first.deref() !== undefined; tries++) {
          await sleep(5);
          gc();
        }
        console.log(messages > 0, strangers.length, first.deref());
      })();`;
    const output = execFileSync(process.execPath, ['--expose-gc', '-e', program, file], { encoding: 'utf8' });
    expect(output).to.equal('true 0 undefined\n');
  });

  // What `import()` makes is Node's own, and keeps the store of the request that it is called in.
  const USES: [subpath: string, use: string][] = [
    ['uvfiles', ''],
    ['uvfiles', 'await loaded.readBytes(path)'],
    ['uvfiles', 'await loaded.writeAtomic(path, "new")'],
    ['uvfiles', 'await loaded.os.rmtree(path + "/none").catch(() => undefined)'],
    ['uvfiles/promises', ''],
    ['uvfiles/promises', 'await (await loaded.open(path)).close()'],
    ['uvfiles/s3', ''],
    ['uvfiles/testing', 'await loaded.memoryFiles({ a: "text" }, { at: "/m" }).run(() => undefined)'],
  ];
  for (const [subpath, use] of USES)
    it(`does not keep the store of the request that loads ${subpath}${use && ` and calls ${use}`}`, () => {
      const file = path.join(scratch.path, 'used');
      writeFileSync(file, 'content');
      const program = `
        const { AsyncLocalStorage } = require('node:async_hooks');
        const { setTimeout: sleep } = require('node:timers/promises');
        const requests = new AsyncLocalStorage();
        const path = process.argv[1];
        let kept;
        async function request() {
          const store = {};
          kept = new WeakRef(store);
          await requests.run(store, async () => {
            const loaded = require(${JSON.stringify(subpath)});
            ${use};
          });
        }
        (async () => {
          await request();
          for (let tries = 0; tries < 20 && kept.deref() !== undefined; tries++) {
            await sleep(5);
            gc();
          }
          console.log(kept.deref());
        })();`;
      const output = execFileSync(process.execPath, ['--expose-gc', '-e', program, file], {
        encoding: 'utf8',
      });
      expect(output).to.equal('undefined\n');
    });
});
