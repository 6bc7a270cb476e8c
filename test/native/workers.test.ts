// Environments that end: many workers that are terminated while operations are queued and running, and what they leave.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { open } from 'uvfiles';
import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { Folder } from '../support/files.js';

const library = createRequire(import.meta.url).resolve('uvfiles');
const rounds = process.env.UVFILES_SANITIZER === undefined ? 25 : 8;

function start(code: string, workerData: object = {}): Worker {
  const prelude = `const { parentPort, workerData } = require('node:worker_threads');
    const { open, readBytes, writeFile, os, configure } = require(workerData.library);
    (async () => { ${code} })().catch((error) => { setImmediate(() => { throw error; }); });`;
  return new Worker(prelude, { eval: true, workerData: { library, ...workerData } });
}

const said = (worker: Worker): Promise<unknown> =>
  new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
const ended = (worker: Worker): Promise<number> =>
  new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));

describe('workers', () => {
  const folder = new Folder();

  it('that are terminated during reads, opens and writes leak no descriptor', async () => {
    const source = folder.put('source', Buffer.alloc(1_000_000, 'x'));
    const code = `
      configure({ inline: false });
      const files = await Promise.all(Array.from({ length: 20 }, () => open(workerData.source, 'rb')));
      const out = await open(workerData.target, 'wb');
      const again = () => {
        for (const f of files) { f.pread(100_000, 0).then(again1, () => 0); f.read(5000).catch(() => 0); f.readinto(new Uint8Array(3000)).catch(() => 0); }
        for (let i = 0; i < 20; i++) { open(workerData.source, 'rb').catch(() => 0); readBytes(workerData.source).catch(() => 0); os.stat('/').catch(() => 0); }
        out.write(new Uint8Array(200_000)).catch(() => 0);
      };
      let left = 50;
      const again1 = () => { if (left-- > 0) again(); };
      again();
      parentPort.postMessage('busy');`;
    // libuv and the poller open their own descriptors with the first worker.
    let before: string[] = [];
    for (let round = 0; round < rounds; round++) {
      if (round === 1) before = await openDescriptors();
      const worker = start(code, { source, target: folder.at('target') });
      await said(worker);
      if (round % 3 > 0) await new Promise((resolve) => setTimeout(resolve, round % 7));
      await worker.terminate();
    }
    await expectDescriptors(before);
  });

  it('can be terminated while they load the package', async () => {
    for (let round = 0; round < rounds; round++) {
      const worker = start(`await readBytes(workerData.library); parentPort.postMessage(1);`);
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round));
      await worker.terminate();
    }
  });

  it('work in parallel, without affecting the main thread', async () => {
    const name = folder.put('shared', Buffer.alloc(100_000, 'y'));
    const workers = Array.from({ length: 4 }, () =>
      start(
        `configure({ inline: false });
         const f = await open(workerData.name, 'rb');
         let total = 0;
         for (let round = 0; round < 20; round++) {
           const parts = await Promise.all(Array.from({ length: 50 }, (_, i) => f.pread(100, i * 100)));
           total += Buffer.concat(parts).length;
         }
         await f.close();
         parentPort.postMessage(total);`,
        { name },
      ),
    );
    await using f = await open(name, 'rb');
    const own = Promise.all(Array.from({ length: 500 }, (_, i) => f.pread(10, i)));
    expect(await Promise.all(workers.map(said))).to.deep.equal([100_000, 100_000, 100_000, 100_000]);
    expect((await own).length).to.equal(500);
    expect(await Promise.all(workers.map((worker) => worker.terminate()))).to.have.length(4);
  });

  it('end by themselves once nothing is pending, and write buffered data', async () => {
    const target = folder.at('by-itself');
    const worker = start(
      `const f = await open(workerData.target, 'wb'); await f.write(Buffer.from('kept'));`,
      { target },
    );
    expect(await ended(worker)).to.equal(0);
    expect(fs.readFileSync(target, 'latin1')).to.equal('kept');
  });

  it('that call process.exit write buffered data', async () => {
    const target = folder.at('exit');
    const worker = start(
      `const f = await open(workerData.target, 'wb'); await f.write(Buffer.from('kept')); process.exit(3);`,
      { target },
    );
    expect(await ended(worker)).to.equal(3);
    expect(fs.readFileSync(target, 'latin1')).to.equal('kept');
  });

  it('stay alive until their operations have finished', async () => {
    const target = folder.at('stays');
    const worker = start(`writeFile(workerData.target, Buffer.alloc(3_000_000, 'z'));`, { target });
    expect(await ended(worker)).to.equal(0);
    expect(fs.statSync(target).size).to.equal(3_000_000);
  });

  it('do not block the pool for others while one of them computes', async () => {
    const busy = start(
      `
      configure({ inline: false });
      await readBytes(workerData.library);
      const stop = new Int32Array(workerData.stop);
      for (let i = 0; i < 50; i++) readBytes(workerData.library).catch(() => 0);
      parentPort.postMessage('computing');
      while (Atomics.load(stop, 0) === 0);
    `,
      { stop: new SharedArrayBuffer(4) },
    );
    await said(busy);
    for (let i = 0; i < 20; i++) {
      const f = await open(library, 'rb');
      await f.readall();
      await f.close();
    }
    await busy.terminate();
  });
});
