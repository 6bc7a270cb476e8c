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
});
