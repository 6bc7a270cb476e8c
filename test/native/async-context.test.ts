// What AsyncLocalStorage keeps for the program's first operation.
import { expect } from 'chai';
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import {
  configure,
  createLane,
  type Lane,
  open,
  type OperationMessage,
  os,
  readBytes,
  writeFile,
} from 'uvfiles';

import { resetInline } from '../support/inline.js';
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

describe('the message of an operation', () => {
  const scratch = scratchDirectory();
  const requests = new AsyncLocalStorage<string>();

  /** What is published while `count` requests make `call` at once, and which request each message is published in. */
  async function heardOf(
    count: number,
    call: (path: string, lane: Lane) => Promise<unknown>,
  ): Promise<{ message: OperationMessage; request: string | undefined }[]> {
    const heard: { message: OperationMessage; request: string | undefined }[] = [];
    const listen = (message: unknown): void =>
      void heard.push({ message: message as OperationMessage, request: requests.getStore() });
    subscribe('uvfiles:op', listen);
    try {
      const calls = Array.from({ length: count }, async (_, i) => {
        const name = path.join(scratch.path, `file-${i}`);
        writeFileSync(name, 'content');
        const lane = createLane({ name });
        return requests.run(name, () => call(name, lane));
      });
      await Promise.all(calls);
    } finally {
      unsubscribe('uvfiles:op', listen);
    }
    return heard;
  }

  const CALLS: [string, (path: string, lane: Lane) => Promise<unknown>][] = [
    ['stat', (name, lane) => os.stat(name, { lane })],
    ['readBytes', (name, lane) => readBytes(name, { lane })],
    [
      'pread',
      async (name, lane) => {
        await using file = await open(name, 'rb', { lane });
        await file.pread(4, 0, { lane });
      },
    ],
    ['writeFile', (name, lane) => writeFile(name, 'new', { lane })],
    ['rmtree', (name, lane) => os.rmtree(name, { lane, ignoreErrors: true })],
  ];
  for (const budgetMicros of [0, 1, 200])
    for (const [title, call] of CALLS)
      it(`of ${title} is published in the context of its call, with a budget of ${budgetMicros}`, async () => {
        configure({ inline: { budgetMicros } });
        try {
          const heard = await heardOf(40, call);
          expect(heard).to.have.lengthOf.at.least(40);
          for (const { message, request } of heard) {
            const named = message.lane === 'default' ? request : message.lane;
            expect(request, message.operation).to.be.a('string').and.to.equal(named);
            if (typeof message.path === 'string') expect(request).to.equal(message.path);
          }
        } finally {
          resetInline();
        }
      });
});
