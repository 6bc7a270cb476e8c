// Disks that fail: full ones, errors, interruptions, short reads and writes, failing fsync and close. No byte is lost
// without an error, none is written twice, and no failure is reported as a success later.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open, writeFile } from 'uvfiles';
import { answerOf, fault, Folder, needsFaults, rejection, runFaulty } from '../support/files.js';
import { skip } from '../support/skip.js';
import { needsRoot } from '../support/temp.js';

const EIO = 5;
const EINTR = 4;
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a full disk', () => {
  let mounted = '';
  before(function () {
    needsRoot(this);
    mounted = fs.mkdtempSync(path.join(tmpdir(), 'uvfiles-small-'));
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', mounted], {
      encoding: 'utf8',
    });
    if (status === 0) return;
    fs.rmdirSync(mounted);
    mounted = '';
    skip(this, `no tmpfs can be mounted here: ${stderr.trim()}`);
  });
  after(() => {
    if (mounted === '') return;
    spawnSync('umount', [mounted]);
    fs.rmdirSync(mounted);
  });

  it('keeps unflushed bytes, and writes each once when there is room again', async () => {
    const ballast = `${mounted}/ballast`;
    fs.writeFileSync(ballast, Buffer.alloc(100_000));
    const content = Buffer.from(Array.from({ length: 60_000 }, (_, i) => i % 251));
    const f = await open(`${mounted}/f`, 'wb');
    expect(await f.write(content)).to.equal(60_000);
    const first = await rejection(f.flush());
    expect(first.code).to.equal('ENOSPC');
    expect(first.bytesWritten).to.be.greaterThan(0).and.lessThan(60_000);
    expect((await rejection(f.flush())).code).to.equal('ENOSPC');
    expect((await rejection(f.write(Buffer.alloc(60_000)))).code).to.equal('ENOSPC');
    expect(await f.tell()).to.equal(60_000);
    fs.unlinkSync(ballast);
    await f.flush();
    expect(fs.readFileSync(`${mounted}/f`).equals(content)).to.equal(true);
    await f.write(bytes('end'));
    await f.close();
    expect(fs.statSync(`${mounted}/f`).size).to.equal(60_003);
    fs.unlinkSync(`${mounted}/f`);
  });

  it('rejects a close that cannot flush, but closes the file', async () => {
    const f = await open(`${mounted}/f`, 'wb', { buffering: 1_000_000 });
    await f.write(Buffer.alloc(500_000));
    const fd = f.fileno();
    const error = await rejection(f.close());
    expect(error.code).to.equal('ENOSPC');
    expect(error.bytesWritten).to.equal(fs.statSync(`${mounted}/f`).size);
    expect(f.closed).to.equal(true);
    expect(
      fs.existsSync(`/proc/self/fd/${fd}`) && fs.readlinkSync(`/proc/self/fd/${fd}`) === `${mounted}/f`,
    ).to.equal(false);
    await f.close(); // does nothing
    fs.unlinkSync(`${mounted}/f`);
  });

  it('reports bytesWritten for a raw write, an append and a whole file', async () => {
    const raw = await open(`${mounted}/f`, 'wb', { buffering: 0 });
    const error = await rejection(raw.write(Buffer.alloc(500_000)));
    expect(error).to.include({ code: 'ENOSPC', syscall: 'write' });
    expect(error.bytesWritten).to.equal(fs.statSync(`${mounted}/f`).size);
    expect(await raw.tell()).to.equal(error.bytesWritten);
    await raw.close();
    fs.unlinkSync(`${mounted}/f`);
    const whole = await rejection(writeFile(`${mounted}/g`, Buffer.alloc(500_000)));
    expect(whole.code).to.equal('ENOSPC');
    expect(whole.bytesWritten).to.equal(fs.statSync(`${mounted}/g`).size);
    fs.unlinkSync(`${mounted}/g`);
    fs.writeFileSync(`${mounted}/a`, 'head');
    const appending = await open(`${mounted}/a`, 'ab+', { buffering: 0 });
    await appending.seek(0);
    const partial = await rejection(appending.write(Buffer.alloc(500_000, 'x')));
    expect(partial.code).to.equal('ENOSPC');
    expect(await appending.tell()).to.equal(fs.statSync(`${mounted}/a`).size);
    await appending.close();
    fs.unlinkSync(`${mounted}/a`);
  });
});

describe('a failing disk', () => {
  const folder = new Folder();
  const run = async (faults: string[], code: string): Promise<unknown> =>
    answerOf(
      await runFaulty(
        faults,
        `import { open, readBytes, writeFile, os } from 'uvfiles';
         import { readFileSync, statSync, writeFileSync } from 'node:fs';
         const dir = ${JSON.stringify(folder.path)};
         const at = (name) => dir + '/' + name;
         const code = (promise) => promise.then((value) => Buffer.isBuffer(value) ? String(value) : value ?? 'ok', (error) => error.code);
         const answer = [];
         ${code}
         console.log(JSON.stringify(answer));`,
      ),
    );
  before(function () {
    needsFaults(this);
  });

  it('completes short writes and short reads', async () => {
    const shorts = ['read', 'pread', 'write', 'pwrite'].map((call) => fault(call, 'short', 's7'));
    expect(
      await run(
        shorts,
        `const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
         await writeFile(at('short'), content);
         answer.push((await readBytes(at('short'))).equals(content));
         const f = await open(at('short'), 'rb+');
         answer.push((await f.read(500)).equals(content.subarray(0, 500)), (await f.read()).length);
         answer.push((await f.pread(300, 100)).equals(content.subarray(100, 400)));
         await f.seek(0); await f.write(content); await f.flush();
         answer.push(await f.pwrite(content, 1000));
         const view = new Uint8Array(800); await f.seek(0);
         answer.push(await f.readinto(view), Buffer.from(view).equals(content.subarray(0, 800)));
         await f.close();
         const raw = await open(at('short'), 'rb', { buffering: 0 });
         answer.push((await raw.read(100)).length, (await raw.readall()).length);
         await raw.close();
         const g = await open(at('short'), 'ab'); await g.write(content); await g.close();
         answer.push((await os.stat(at('short'))).size);`,
      ),
    ).to.deep.equal([true, true, 500, true, 1000, 800, true, 7, 1993, 3000]);
  });

  it('repeats interrupted system calls (EINTR)', async () => {
    const calls = ['read', 'pread', 'write', 'pwrite', 'fsync', 'fdatasync', 'open', 'ftruncate', 'close'];
    expect(
      await run(
        calls.map((call) => fault(call, 'interrupted', `e${EINTR}`, { times: 3 })),
        `const f = await open(at('interrupted'), 'wb+');
         await f.write(Buffer.from('hello')); await f.flush(); await f.pwrite(Buffer.from('H'), 0);
         await f.sync(); await f.datasync(); await f.truncate(4); await f.seek(0);
         answer.push(String(await f.read()), String(await f.pread(2, 0)), await code(f.close()));`,
      ),
    ).to.deep.equal(['Hell', 'He', 'ok']);
  });

  it('rejects with the error of close, and does not close the descriptor twice', async () => {
    expect(
      await run(
        [fault('close', 'closing', `e${EIO}`, { times: 2 })],
        `for (const buffering of [-1, 0]) {
           const f = await open(at('closing'), 'wb', { buffering });
           answer.push(await code(f.close()), await code(f.close()), f.closed);
           // Most likely with the number that has become free: a second close would close it.
           const next = await open(at('other'), 'wb');
           answer.push(await code(next.write(Buffer.from('x'))), await code(next.close()));
         }
         answer.push(await code(writeFile(at('closing'), 'x')));`,
      ),
    ).to.deep.equal(['EIO', 'ok', true, 1, 'ok', 'EIO', 'ok', true, 1, 'ok', 'ok']);
  });

  it('writes no byte twice after a failed flush that was aborted', async () => {
    expect(
      await run(
        [
          fault('write', 'half', 's4', { times: 1 }),
          fault('write', 'half', `g${folder.path}/gate`, { after: 1, times: 1 }),
          fault('write', 'half', `e${EIO}`, { after: 1, times: 1 }),
        ],
        `import { existsSync } from 'node:fs';
         const controller = new AbortController();
         const f = await open(at('half'), 'wb'); await f.write(Buffer.from('0123456789'));
         const flushing = code(f.flush({ signal: controller.signal }));
         while (!existsSync(at('gate.reached'))) await new Promise((resolve) => setTimeout(resolve, 2));
         controller.abort();
         writeFileSync(at('gate'), '');
         const ended = await flushing;
         answer.push(ended === 'EIO' || ended === 'ABORT_ERR', await code(f.close()), readFileSync(at('half'), 'latin1'));`,
      ),
    ).to.deep.equal([true, 'ok', '0123456789']);
  });

  it('waits in close for running positional reads, so their descriptor is not reused', async () => {
    expect(
      await run(
        [fault('pread', 'waits', `g${folder.path}/open`, { times: 1 })],
        `import { existsSync } from 'node:fs';
         writeFileSync(at('waits'), 'content');
         const f = await open(at('waits'), 'rb');
         const reading = code(f.pread(7, 0));
         while (!existsSync(at('open.reached'))) await new Promise((resolve) => setTimeout(resolve, 2));
         const fd = f.fileno();
         const closing = f.close();
         const other = await open(at('other'), 'wb');
         answer.push(other.fileno() !== fd);
         writeFileSync(at('open'), '');
         answer.push(await reading);
         await closing;
         await other.close();`,
      ),
    ).to.deep.equal([true, 'content']);
  });

  it('lets later reads complete while one read hangs', async () => {
    expect(
      await run(
        [fault('pread', 'hang', `g${folder.path}/wake`, { times: 1 })],
        `writeFileSync(at('hang'), 'slow'); writeFileSync(at('quick'), 'quick');
         const hanging = await open(at('hang'), 'rb');
         const f = await open(at('quick'), 'rb');
         for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 300 }, () => f.pread(5, 0)));
         let done = 0;
         const slow = hanging.pread(4, 0);
         const rest = Array.from({ length: 200 }, () => f.pread(5, 0).then(() => done++));
         while (done < 150) await new Promise((resolve) => setTimeout(resolve, 2));
         writeFileSync(at('wake'), '');
         answer.push(String(await slow), (await Promise.all(rest)).length);
         await f.close(); await hanging.close();`,
      ),
    ).to.deep.equal(['slow', 200]);
  });

  it('rejects a positional read immediately after a timeout or abort, and reports bytesWritten of a write', async () => {
    expect(
      await run(
        [
          fault('pread', 'slow', `g${folder.path}/late`, { times: 2 }),
          fault('pwrite', 'slow', `g${folder.path}/written`, { times: 1 }),
        ],
        `import { existsSync } from 'node:fs';
         writeFileSync(at('slow'), 'content');
         const controller = new AbortController();
         const { signal } = controller;
         const f = await open(at('slow'), 'rb+');
         const reads = [code(f.pread(7, 0, { timeout: 20 })), code(f.pread(7, 0, { signal }))];
         const writing = code(f.pwrite(Buffer.from('C'), 0, { signal }));
         while (!existsSync(at('written.reached'))) await new Promise((resolve) => setTimeout(resolve, 2));
         controller.abort();
         answer.push(...(await Promise.all(reads)));
         writeFileSync(at('late'), '');
         writeFileSync(at('written'), '');
         answer.push(await writing, readFileSync(at('slow'), 'latin1'));
         await f.close();`,
      ),
    ).to.deep.equal(['ERR_TIMEOUT', 'ABORT_ERR', 1, 'Content']);
  });
});
