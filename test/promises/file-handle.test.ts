// FileHandle: its methods, and its use with Node's own APIs.
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import nodeStreams, { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';

import { createLane, metrics } from 'uvfiles';
import fs, { type FileHandle } from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { skip } from '../support/skip.js';
import { runProgram } from '../support/temp.js';

let top: string;
let file: string;

async function errorOf(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('promises FileHandle', () => {
  beforeEach(() => {
    top = mkdtempSync(path.join(tmpdir(), 'uvfiles-handle-'));
    file = path.join(top, 'file');
    writeFileSync(file, '0123456789');
  });
  afterEach(() => {
    rmSync(top, { recursive: true });
  });

  async function withFile(flags: string, use: (handle: FileHandle) => Promise<void>): Promise<void> {
    const handle = await fs.open(file, flags);
    try {
      await use(handle);
    } finally {
      await handle.close();
    }
  }

  it('reads with a buffer and numbers, with options, and with nothing', () =>
    withFile('r', async (handle) => {
      const buffer = Buffer.alloc(4);
      const first = await handle.read(buffer, 1, 2, 5);
      expect(first).to.deep.include({ bytesRead: 2 });
      expect(first.buffer).to.equal(buffer);
      expect(buffer.toString('latin1')).to.equal('\0' + '56\0');
      await handle.read(buffer, { position: 3 });
      expect(buffer.toString()).to.equal('3456');
      const all = await handle.read();
      expect(all.bytesRead).to.equal(10);
      expect(all.buffer).to.have.length(16_384);
      expect((await handle.read(buffer)).bytesRead).to.equal(0);
    }));

  it('reads into, and writes, an array of buffers', () =>
    withFile('r+', async (handle) => {
      const views = [new Uint8Array(3), Buffer.alloc(4), new Uint16Array(4)];
      expect((await handle.readv(views, 0)).bytesRead).to.equal(10);
      expect(Buffer.from(views[0]!.buffer).toString()).to.equal('012');
      const { bytesWritten, buffers } = await handle.writev([Buffer.from('ab'), Buffer.from('cd')], 2);
      expect(bytesWritten).to.equal(4);
      expect(buffers).to.have.length(2);
      expect(readFileSync(file, 'utf8')).to.equal('01abcd6789');
    }));

  it('writes the bytes that a buffer had at the call, in call order', () =>
    withFile('w', async (handle) => {
      const buffer = Buffer.from('a');
      const writes = ['a', 'b', 'c', 'd'].map((letter) => {
        buffer.write(letter);
        return handle.write(buffer);
      });
      await Promise.all(writes);
      expect(readFileSync(file, 'utf8')).to.equal('abcd');
    }));

  it('writes what a stream of the handle has, and then closes', async () => {
    const files = memoryFiles({}, { at: '/uvfiles-handle-memory' });
    for (const target of [file, '/uvfiles-handle-memory/file']) {
      const handle = await fs.open(target, 'w');
      const stream = handle.createWriteStream();
      stream.write('first ');
      stream.write('second');
      await handle.close();
      expect(handle.fd).to.equal(-1);
      expect(await fs.readFile(target, 'utf8')).to.equal('first second');
      // A stream of a closed handle, which Node refuses or which fails, does not open it again.
      expect(await errorOf((async () => once(handle.createReadStream(), 'open'))())).to.be.an('error');
      expect(handle.fd).to.equal(-1);
      expect((await errorOf(handle.write('x'))).code).to.equal('EBADF');
      const reading = await fs.open(target);
      const ended = once(reading.createReadStream(), 'close');
      await reading.close();
      await ended;
    }
    // A stream that has ended and does not close the file is not waited for.
    const kept = await fs.open('/uvfiles-handle-memory/file', 'w');
    const short = kept.createWriteStream({ autoClose: false });
    await once(short.end('short'), 'finish');
    await kept.close();
    files[Symbol.dispose]();
  });

  it('writes a whole file of the bytes at the call, in call order', () =>
    withFile('w', async (handle) => {
      const large = Buffer.alloc(2 << 20, 'a');
      const small = Buffer.from('bb');
      const { signal } = new AbortController();
      const calls = [handle.writeFile(large, { signal }), handle.writeFile(small), handle.write('c')];
      large.fill('x');
      small.fill('x');
      await Promise.all(calls);
      expect(readFileSync(file, 'latin1')).to.equal(`${'a'.repeat(2 << 20)}bbc`);
    }));

  it('reads a whole file in call order', () =>
    withFile('r', async (handle) => {
      const [whole, rest] = await Promise.all([handle.readFile('utf8'), handle.read(Buffer.alloc(4))]);
      expect(whole).to.equal('0123456789');
      expect(rest.bytesRead).to.equal(0);
    }));

  it('reads sequentially in call order, whether or not each is awaited', () =>
    withFile('r', async (handle) => {
      const reads = Array.from({ length: 5 }, () => handle.read(Buffer.alloc(2), 0, 2, null));
      const parts = (await Promise.all(reads)).map(({ buffer }) => buffer.toString());
      expect(parts).to.deep.equal(['01', '23', '45', '67', '89']);
    }));

  it('rejects with EBADF after close, naming the call as Node does', async () => {
    const handle = await fs.open(file);
    const sample = await nodeFs.open(file);
    await Promise.all([handle.close(), sample.close()]);
    const use = async (each: any): Promise<unknown[]> => {
      const errors = [];
      for (const call of [
        () => each.read(Buffer.alloc(1)),
        () => each.readFile(),
        () => each.write('x'),
        () => each.writeFile('x'),
        () => each.stat(),
        () => each.truncate(),
        () => each.sync(),
        () => each.datasync(),
        () => each.chmod(0o600),
        () => each.chown(0, 0),
        () => each.utimes(0, 0),
        () => each.readv([]),
        () => each.writev([]),
      ]) {
        const { code, syscall, message } = await errorOf(call());
        errors.push([code, syscall, message]);
      }
      return errors;
    };
    expect(await use(handle)).to.deep.equal(await use(sample));
    expect(handle.fd).to.equal(-1);
    await handle.close();
  });

  it("emits 'close' once, after pending operations", async () => {
    const handle = await fs.open(file);
    let closes = 0;
    (handle as any).on('close', () => closes++);
    const reading = handle.read(Buffer.alloc(10), 0, 10, 0);
    const { close } = handle as any;
    await Promise.all([close(), handle.close()]);
    expect((await reading).bytesRead).to.equal(10);
    expect(closes).to.equal(1);
  });

  it('is closed by await using', async () => {
    let kept: FileHandle;
    {
      await using handle = await fs.open(file);
      kept = handle;
    }
    expect(kept.fd).to.equal(-1);
  });

  it('returns lines, a read stream, a write stream and a web stream', async () => {
    writeFileSync(file, 'one\r\ntwo\nthree');
    const lines: string[] = [];
    for await (const line of (await fs.open(file)).readLines()) lines.push(line);
    expect(lines).to.deep.equal(['one', 'two', 'three']);
    expect(await text((await fs.open(file)).createReadStream({ start: 5, end: 7 }))).to.equal('two');
    const writing = (await fs.open(file, 'w')).createWriteStream();
    writing.end('written');
    await once(writing, 'close');
    await withFile('r', async (handle) => {
      expect(await text(handle.readableWebStream({ type: 'bytes' }) as never)).to.equal('written');
      expect(() => handle.readableWebStream()).to.throw('locked');
    });
  });

  it("is accepted by Node's own streams and functions", async () => {
    const stream = nodeStreams.createReadStream('', { fd: await fs.open(file), encoding: 'utf8' });
    expect(await text(stream)).to.equal('0123456789');
    await withFile('r+', async (handle) => {
      expect(String(await nodeFs.readFile(handle))).to.equal('0123456789');
      await nodeFs.appendFile(handle, 'more');
      expect(String(await fs.readFile(handle))).to.equal('');
    });
    expect(readFileSync(file, 'utf8')).to.equal('0123456789more');
  });

  it("is accepted by Node's own functions after an open without a free descriptor", async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no ulimit');
    const { stdout, stderr } = await runProgram(
      `import node from 'node:fs'; import fs from 'uvfiles/promises';
       const [file] = process.argv.slice(1);
       const taken = []; try { for (;;) taken.push(node.openSync('/dev/null')); } catch {}
       const { code } = await fs.open(file).catch((error) => error);
       for (const fd of taken) node.closeSync(fd);
       const handle = await fs.open(file);
       console.log(code, await node.promises.readFile(handle, 'utf8'));
       await handle.close();`,
      { limits: '-n 64', argv: [file] },
    );
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'EMFILE 0123456789\n', stderr: '' });
  });

  it('can be transferred to a worker, and is then closed', async () => {
    const handle = await fs.open(file);
    const source = `const { workerData, parentPort } = require('node:worker_threads');
      workerData.handle.readFile('utf8').then(async (text) => {
        await workerData.handle.close();
        parentPort.postMessage(text);
      });`;
    const worker = new Worker(source, {
      eval: true,
      workerData: { handle },
      transferList: [handle as never],
    });
    expect(await once(worker, 'message')).to.deep.equal(['0123456789']);
    expect(handle.fd).to.equal(-1);
    expect((await errorOf(handle.stat())).code).to.equal('EBADF');
    await worker.terminate();
  });

  it('cannot be transferred to a worker while a stream uses it, and stays usable', async () => {
    const handle = await fs.open(file);
    const stream = nodeStreams.createReadStream('', { fd: handle, autoClose: false });
    expect(() => structuredClone(handle, { transfer: [handle as never] })).to.throw('in use');
    expect(await text(stream)).to.equal('0123456789');
    await handle.close();
  });

  const hasIterables = process.allowedNodeEnvironmentFlags.has('--experimental-stream-iter');

  it('closes synchronously for the iterables and writers of Node 24 and later', function () {
    if (!hasIterables) skip(this, 'this version of Node has none');
    const script = `
      const fs = require('uvfiles/promises');
      const { fstatSync } = require('node:fs');
      const { argv: [, file] } = process;
      (async () => {
        const reading = await fs.open(file);
        let text = '';
        for (const batch of reading.pullSync({ autoClose: true }))
          for (const bytes of batch) text += Buffer.from(bytes);
        const writing = await fs.open(file, 'w');
        const { fd } = writing;
        const writer = writing.writer();
        await writer.write('new');
        // The writer still has the descriptor.
        const closing = writing.close();
        fstatSync(fd);
        writer.endSync();
        await closing;
        console.log(text, reading.fd, writing.fd);
      })();`;
    const flags = ['--no-warnings', '--experimental-stream-iter', '-e', script, file];
    expect(execFileSync(process.execPath, flags, { encoding: 'utf8' })).to.equal('0123456789 -1 -1\n');
    expect(readFileSync(file, 'utf8')).to.equal('new');
  });

  it('uses the lane of the functions that opened it', async () => {
    const lane = createLane({ name: 'promises-test', inline: false });
    const inLane = fs.withLane(lane);
    const handle = await inLane.open(file);
    await handle.read(Buffer.alloc(1), 0, 1, 0);
    await handle.close();
    await inLane.readFile(file);
    expect(metrics().lanes['promises-test']!.completed).to.be.at.least(3);
    expect(() => fs.withLane({} as never)).to.throw(TypeError);
  });

  it('is closed after a stream whose signal was aborted before, also without a descriptor', async () => {
    const files = memoryFiles({ f: '0123456789' }, { at: '/uvfiles-handle-memory' });
    try {
      for (const name of [file, '/uvfiles-handle-memory/f']) {
        const handle = await fs.open(name);
        const stream = handle.createReadStream({ signal: AbortSignal.abort() });
        const error = await new Promise<Error>((resolve) => stream.on('error', resolve));
        expect(error.name).to.equal('AbortError');
        await handle.close();
        expect(await errorOf(handle.read(Buffer.alloc(1), 0, 1, 0)), name).to.include({ code: 'EBADF' });
      }
    } finally {
      files.unmount();
    }
  });

  it('rejects invalid arguments as Node does, before anything is read or written', () =>
    withFile('r+', async (handle) => {
      const sample = await nodeFs.open(file, 'r+');
      const calls: ((each: any) => Promise<unknown>)[] = [
        (each) => each.read(Buffer.alloc(4), -1, 1),
        (each) => each.read(Buffer.alloc(4), 1, 4),
        (each) => each.read(Buffer.alloc(4), 1.5),
        (each) => each.read(Buffer.alloc(4), '1'),
        (each) => each.read(Buffer.alloc(0), 0, 1),
        (each) => each.read({ buffer: 'x' }),
        (each) => each.read(5),
        (each) => each.read(Buffer.alloc(0), 0, 0, {}),
        (each) => each.read(Buffer.alloc(4), 0, 9, 'x'),
        (each) => each.stat({ signal: 5 }),
        (each) => each.stat({ signal: AbortSignal.abort() }),
        (each) => each.readFile({ buffer: 5 }),
        (each) => each.readFile({ buffer: Buffer.alloc(1) }),
        (each) => each.write(new String('x')),
        (each) => each.readv('x'),
        (each) => each.write({}),
        (each) => each.write(Buffer.alloc(4), 5, 1),
        (each) => each.write(Buffer.alloc(4), 1, 4),
        (each) => each.write(Buffer.alloc(4), 1, -1),
        (each) => each.write('abc', 0, 'hex'),
        (each) => each.writev([5]),
        (each) => each.writeFile(5),
        (each) => each.readFile('nonsense'),
        (each) => each.truncate('5'),
        (each) => each.truncate(1.5),
        (each) => each.chmod('x'),
        (each) => each.chown('x', 0),
        (each) => each.utimes('x', 0),
      ];
      for (const call of calls) {
        const [mine, nodes] = [await errorOf(call(handle)), await errorOf(call(sample))];
        expect([mine?.name, mine?.code, mine?.message], call.toString()).to.deep.equal([
          nodes?.name,
          nodes?.code,
          nodes?.message,
        ]);
      }
      await sample.close();
      expect(readFileSync(file, 'utf8')).to.equal('0123456789');
    }));
});
