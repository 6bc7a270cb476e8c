// Operations of several system calls: after a failure or cancellation, they stop, and lose no bytes.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import { answerOf, fault, Folder, needsFaults, runFaulty } from '../support/files.js';
import { skip } from '../support/skip.js';
import { runProgram } from '../support/temp.js';

const EIO = 5;

describe('a read to the end', () => {
  const folder = new Folder();
  const numbers = Array.from({ length: 500_000 }, (_, i) => `${String(i).padStart(6, '0')}\n`).join('');

  for (const [kind, mode] of [
    ['text', "'r'"],
    ['bytes', "'rb'"],
    ['a raw file', "'rb', { buffering: 0 }"],
  ] as const) {
    it(`leaves the position at the next unread byte if it fails half-way: ${kind}`, async function () {
      needsFaults(this);
      const file = folder.put('counted-file', numbers);
      // The first `after` calls succeed, and the next one fails once.
      for (const after of [1, 2, 3]) {
        const answer = answerOf(
          await runFaulty(
            [fault('read', 'counted-file', `e${EIO}`, { after, times: 1 })],
            `import { open } from 'uvfiles';
             const whole = Array.from({ length: 500_000 }, (_, i) => String(i).padStart(6, '0') + '\\n').join('');
             const f = await open(${JSON.stringify(file)}, ${mode});
             globalThis.kept = f; // or it may be collected, with a warning, at the end
             let all = String(await f.read(10));
             const code = await f.read(-1).then(() => 'resolved', (error) => error.code);
             const told = await f.tell();
             const rest = String(await f.read(-1));
             console.log(JSON.stringify({ code, right: rest === whole.slice(told) }));`,
          ),
        );
        expect(answer, `after ${after} calls`).to.deep.equal({ code: 'EIO', right: true });
      }
    });
  }

  it('stops in its thread after an abort or a timeout', async function () {
    if (process.platform !== 'linux') skip(this, 'reads /proc');
    this.timeout(240_000);
    // The device is endless, so the process would use all memory. A thread that continued would also keep it from exiting.
    const answer = answerOf(
      await runProgram(
        `import { open, readBytes, readText } from 'uvfiles';
         import { readFileSync } from 'node:fs';
         const calls = [
           (o) => readBytes('/dev/zero', o),
           (o) => readText('/dev/zero', { encoding: 'latin-1', ...o }),
           async (o) => (await open('/dev/zero', 'rb')).read(-1, o),
           async (o) => (await open('/dev/zero', 'rb', { buffering: 0 })).readall(o),
           async (o) => (await open('/dev/zero', 'r')).read(-1, o),
         ];
         const codes = [];
         for (const call of calls) {
           const controller = new AbortController();
           setTimeout(() => controller.abort(), 5);
           for (const o of [{ timeout: 5 }, { signal: controller.signal }])
             codes.push(await call(o).then(() => 'resolved', (error) => error.code));
         }
         const read = () => Number(/rchar: (\\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))[1]);
         for (let before = read(), quiet = 0; quiet < 3; ) {
           await new Promise((resolve) => setTimeout(resolve, 50));
           const now = read();
           quiet = now - before < 1e6 ? quiet + 1 : 0;
           before = now;
         }
         console.log(JSON.stringify([...new Set(codes)].sort()));`,
      ),
    );
    expect(answer).to.deep.equal(['ABORT_ERR', 'ERR_TIMEOUT']);
  });

  it('stops when its worker is terminated', async function () {
    if (process.platform !== 'linux') skip(this, 'reads /proc');
    const worker = new Worker(
      `const { readBytes } = require('uvfiles');
       readBytes('/dev/zero');
       setTimeout(() => require('node:worker_threads').parentPort.postMessage('reading'), 20);`,
      { eval: true },
    );
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    const read = (): number => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(read() - before).to.be.lessThan(1e6);
  });
});
