// Locks of handles: which of them exclude each other, in which order they are granted, and how they end.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import dns from 'node:dns/promises';
import { openSync, closeSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { type BinaryFile, type FileLock, open, readText } from 'uvfiles';

import { skip } from '../support/skip.js';
import { needsStrace, runInjected } from '../support/strace.js';
import { rejection, runProgram, scratchDirectory, startProgram } from '../support/temp.js';

const isLinux = process.platform === 'linux';

describe('locks of a handle', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;
  const handles: BinaryFile[] = [];
  const opened = async (
    name: string,
    mode: 'w+b' | 'r+b' | 'rb' | 'wb' | 'a+b' = 'a+b',
  ): Promise<BinaryFile> => {
    const file = await open(at(name), mode);
    handles.push(file);
    return file;
  };
  afterEach(async () => {
    for (const handle of handles.splice(0)) await handle.close();
  });

  it('exclude other handles of the same process, and shared ones exclude only exclusive ones', async () => {
    const [one, two] = [await opened('a'), await opened('a')];
    const lock = (await one.tryLock())!;
    expect(lock.shared).to.equal(false);
    expect(await two.tryLock()).to.equal(null);
    expect(await two.tryLock({ shared: true })).to.equal(null);
    await lock.release();
    const first = (await one.tryLock({ shared: true }))!;
    expect(first.shared).to.equal(true);
    const second = (await two.tryLock({ shared: true }))!;
    expect(await two.tryLock({ position: 5, size: 1 })).to.equal(null);
    await first.release();
    await second.release();
    expect(await two.tryLock({ position: 5, size: 1 })).to.be.an('object');
  });

  it('cover ranges of bytes', async () => {
    const [one, two] = [await opened('a'), await opened('a')];
    await one.lock({ position: 10, size: 10 });
    expect(await two.tryLock({ position: 0, size: 10 })).not.to.equal(null);
    expect(await two.tryLock({ position: 19, size: 1 })).to.equal(null);
    expect(await two.tryLock({ position: 20 })).not.to.equal(null);
    expect(await one.tryLock({ position: 2n ** 62n, size: 1n })).to.equal(null);
    expect(await opened('b').then((other) => other.tryLock())).not.to.equal(null);
  });

  it('are granted in call order, across handles', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, () => opened('a')));
    const order: number[] = [];
    await Promise.all(
      files.map(async (file, index) => {
        const lock = await file.lock();
        order.push(index);
        await sleep(1);
        await lock.release();
      }),
    );
    expect(order).to.deep.equal(files.map((_, index) => index));
  });

  it('are not granted before an earlier request for the same bytes', async () => {
    const [one, two, three] = [await opened('a'), await opened('a'), await opened('a')];
    const shared = await one.lock({ shared: true, size: 10 });
    const exclusive = two.lock({ size: 10 });
    await sleep(5);
    expect(await three.tryLock({ shared: true, size: 10 })).to.equal(null);
    expect(await three.tryLock({ shared: true, position: 10 })).not.to.equal(null);
    await shared.release();
    await (await exclusive).release();
    expect(await three.tryLock({ shared: true, size: 10 })).not.to.equal(null);
  });

  it('of one handle exclude each other, and overlapping shared ones end one by one', async () => {
    const [one, two] = [await opened('a'), await opened('a')];
    const [first, second] = [
      await one.lock({ shared: true, size: 10 }),
      await one.lock({ shared: true, position: 5, size: 10 }),
    ];
    expect(await one.tryLock({ position: 7, size: 1 })).to.equal(null);
    await first.release();
    expect(await two.tryLock({ position: 0, size: 5 })).not.to.equal(null);
    expect(await two.tryLock({ position: 5, size: 1 })).to.equal(null);
    await second.release();
    expect(await two.tryLock({ position: 5, size: 1 })).not.to.equal(null);
  });

  it('flush written data on release, and discard data that was read ahead before they were granted', async () => {
    writeFileSync(at('a'), 'old 1\nold 2\n');
    const text = await open(at('a'), 'r+');
    const bytes = await opened('a', 'r+b');
    expect(await text.readline()).to.equal('old 1\n');
    expect((await bytes.read(1)).toString()).to.equal('o');
    {
      await using _lock = await bytes.lock();
      await bytes.seek(0);
      await bytes.write(Buffer.from('new 1\nnew 2\n'));
    }
    expect(await readText(at('a'))).to.equal('new 1\nnew 2\n');
    const lock = await text.lock();
    expect(await text.readline()).to.equal('new 2\n');
    await text.write('three');
    await lock.release();
    await lock.release();
    expect(await readText(at('a'))).to.equal('new 1\nnew 2\nthree');
    await text.close();
  });

  it('end with the close of their handle, and waiting ones reject', async () => {
    const [one, two] = [await opened('a'), await opened('a')];
    const lock = await one.lock();
    const late = rejection(one.lock());
    const next = two.lock();
    await sleep(5);
    await one.close();
    expect((await late).code).to.equal('ERR_FILE_CLOSED');
    await lock.release();
    await (await next).release();
    expect((await rejection(one.lock())).code).to.equal('ERR_FILE_CLOSED');
    expect((await rejection(one.tryLock())).code).to.equal('ERR_FILE_CLOSED');
  });

  it('end with the close of a handle on a borrowed descriptor', async () => {
    writeFileSync(at('a'), '');
    const fd = openSync(at('a'), 'r+');
    try {
      const one = await open(fd, 'r+b', { closefd: false });
      const two = await opened('a');
      await one.lock();
      expect(await two.tryLock()).to.equal(null);
      await one.write(Buffer.from('x'));
      await one.close();
      expect(await two.tryLock()).not.to.equal(null);
      expect(await readText(at('a'))).to.equal('x');
    } finally {
      closeSync(fd);
    }
  });

  it('stop waiting after an abort or a timeout, and leave no descriptor', async () => {
    const files = [await opened('a'), await opened('a'), await opened('a'), await opened('a')] as const;
    const lock = await files[0].lock();
    const controller = new AbortController();
    const aborted = rejection(files[1].lock({ signal: controller.signal }));
    const late = rejection(files[2].lock({ timeout: 20 }));
    const patient = files[3].lock();
    await sleep(5);
    controller.abort(new Error('enough'));
    const error = await aborted;
    expect([error.name, (error.cause as Error).message]).to.deep.equal(['AbortError', 'enough']);
    expect((await late).code).to.equal('ERR_TIMEOUT');
    expect((await rejection(files[1].lock({ signal: controller.signal }))).name).to.equal('AbortError');
    await lock.release();
    await (await patient).release();
    expect(await files[1].tryLock()).not.to.equal(null);
  });

  it('of another process are waited for, and end with it, also by kill -9', async () => {
    writeFileSync(at('a'), '');
    const child = startProgram(
      `import { open } from 'uvfiles';
       const f = await open(process.argv[1], 'r+');
       await f.lock();
       console.log('locked');
       setInterval(() => {}, 1000);`,
      { argv: [at('a')] },
    );
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    const [one, two] = [await opened('a'), await opened('a')];
    expect(await one.tryLock()).to.equal(null);
    const late = rejection(one.lock({ timeout: 30 }));
    const order: string[] = [];
    const first = one.lock().then((lock) => (order.push('one'), lock));
    const second = two.lock().then((lock) => (order.push('two'), lock));
    expect((await late).code).to.equal('ERR_TIMEOUT');
    expect(order).to.deep.equal([]);
    child.kill('SIGKILL');
    await (await first).release();
    await (await second).release();
    expect(order).to.deep.equal(['one', 'two']);
  });

  it('end with a terminated worker', async () => {
    writeFileSync(at('a'), '');
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const { open } = require('uvfiles');
       open(workerData, 'r+').then(async (f) => {
         globalThis.kept = [f, await f.lock()];
         parentPort.postMessage('locked');
         setInterval(() => {}, 1000);
       });`,
      { eval: true, workerData: at('a') },
    );
    await new Promise((resolve) => worker.once('message', resolve));
    const one = await opened('a');
    expect(await one.tryLock()).to.equal(null);
    const lock = one.lock();
    await worker.terminate();
    await (await lock).release();
  });

  it('end with a handle that is garbage collected', async () => {
    const { code, stdout, stderr } = await runProgram(
      `import { open } from 'uvfiles';
       const path = process.argv[1];
       async function forget() { await (await open(path, 'w')).lock(); }
       await forget();
       const f = await open(path, 'r+');
       const waiting = f.lock({ timeout: 10000 }).then(() => console.log('granted'));
       const timer = setInterval(() => gc(), 20);
       await waiting;
       clearInterval(timer);`,
      { argv: [at('a')], args: ['--expose-gc', '--no-warnings'] },
    );
    expect([code, stdout, stderr]).to.deep.equal([0, 'granted\n', '']);
  });

  it('use no pool thread while 4,096 requests wait for one file', async function () {
    this.timeout(240_000);
    writeFileSync(at('a'), '');
    const child = startProgram(
      `import { open } from 'uvfiles';
       const f = await open(process.argv[1], 'r+');
       await f.lock();
       console.log('locked');
       process.stdin.once('data', () => process.exit());`,
      { argv: [at('a')], onLine: () => undefined },
    );
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    const file = await opened('a');
    const order: number[] = [];
    const controller = new AbortController();
    const waiting = Array.from({ length: 4096 }, async (_, index) => {
      const { signal } = controller;
      const lock: FileLock | undefined = await file
        .lock(index % 2 === 0 ? { signal } : undefined)
        .catch((error: Error) => {
          expect(error.name).to.equal('AbortError');
          return undefined;
        });
      if (lock === undefined) return;
      order.push(index);
      await lock.release();
    });
    await dns.lookup('localhost');
    expect((await promisify(pbkdf2)('secret', 'salt', 10, 16, 'sha256')).length).to.equal(16);
    expect(await readText(at('a'))).to.equal('');
    expect(await readFile(at('a'), 'utf8')).to.equal('');
    expect(order).to.deep.equal([]);
    controller.abort();
    child.stdin!.end('go on\n');
    await Promise.all(waiting);
    expect(order).to.deep.equal(Array.from({ length: 2048 }, (_, index) => 2 * index + 1));
  });

  it('do not keep the process alive', async () => {
    const { code } = await runProgram(
      `import { open } from 'uvfiles';
       const f = await open(process.argv[1], 'w');
       const lock = await f.lock();
       await lock.release();
       await f.lock();`,
      { argv: [at('a')] },
    );
    expect(code).to.equal(0);
  });

  it('need a handle that is open for writing, or for reading where they are shared', async () => {
    writeFileSync(at('a'), '');
    const [reader, writer] = [await opened('a', 'rb'), await opened('b', 'wb')];
    for (const call of [reader.lock(), reader.tryLock(), writer.lock({ shared: true })])
      expect((await rejection(call)).code).to.equal('ERR_UNSUPPORTED_OPERATION');
    expect((await reader.lock({ shared: true })).shared).to.equal(true);
    expect((await writer.lock()).shared).to.equal(false);
  });

  it('refuse bad options', async () => {
    const file = await opened('a');
    for (const [o, code] of [
      [5, 'ERR_INVALID_ARG_TYPE'],
      [{ shared: 1 }, 'ERR_INVALID_ARG_TYPE'],
      [{ position: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ size: 1.5 }, 'ERR_OUT_OF_RANGE'],
      [{ position: 2n ** 63n - 1n, size: 1 }, 'ERR_OUT_OF_RANGE'],
      [{ exclusive: true }, 'ERR_INVALID_ARG_VALUE'],
      [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      expect((await rejection(file.lock(o as never))).code, String(Object.keys(o))).to.equal(code);
      expect((await rejection(file.tryLock(o as never))).code).to.equal(code);
    }
  });

  it('exclude programs that use locks of their own', async function () {
    if (!isLinux) skip(this, 'only Linux has open-file-description locks everywhere');
    writeFileSync(at('a'), '');
    const program = `
import fcntl, sys
with open(sys.argv[1], 'r+') as f:
    try:
        fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print('got it')
    except BlockingIOError:
        print('refused')`;
    const file = await opened('a');
    await file.lock();
    const { error, stdout } = spawnSync('python3', ['-c', program, at('a')], { encoding: 'utf8' });
    if (error !== undefined) skip(this, 'there is no python3');
    expect(stdout.trim()).to.equal('refused');
  });

  it('name the call that failed where there are no open-file-description locks', async function () {
    if (!isLinux) skip(this, 'only Linux has both calls');
    needsStrace(this);
    writeFileSync(at('a'), '');
    const program = `
      import { open } from 'uvfiles';
      const file = await open(process.env.FILE, 'r+b');
      const { code, syscall } = await file.tryLock().catch((error) => error);
      console.log(code, syscall);`;
    const run = async (...faults: string[]): Promise<string> =>
      (await runInjected(program, faults, [at('a')], { FILE: at('a') })).stdout.trim();
    expect(await run('fcntl:error=ENOLCK')).to.equal('ENOLCK fcntl');
    expect(await run('fcntl:error=EINVAL', 'flock:error=ENOLCK')).to.equal('ENOLCK flock');
  });
});
