// A process ends when its program is done, and not before, regardless of calls that still wait for a pipe.
import { expect } from 'chai';
import { ended, hasSaid, makeFifo, runNode } from '../support/pipes.js';
import { skip } from '../support/skip.js';

const fifo = (): string => JSON.stringify(makeFifo());

describe('a process', function () {
  this.timeout(240_000);
  before(function () {
    if (process.platform !== 'win32') return;
    skip(this, 'Windows has no FIFOs');
  });

  it('ends by process.exit() while reads and writes are waiting', async () => {
    const child = runNode(`
      const [a, b] = [${fifo()}, ${fifo()}];
      const reader = await uvfiles.open(a, 'rb');
      const both = await uvfiles.open(b, 'r+b', { buffering: 0 });
      for (let i = 0; i < 10; i++) reader.read(1).catch(() => {});
      uvfiles.stdin.read().catch(() => {});
      both.write(new Uint8Array(1 << 20)).catch(() => {});
      uvfiles.open(${fifo()}, 'w').catch(() => {});
      await uvfiles.readBytes(process.execPath);
      process.exit(7);`);
    expect((await ended(child)).code).to.equal(7);
  });

  it('ends when only unawaited reads are left', async () => {
    const child = runNode(`
      const reader = await uvfiles.open(${fifo()}, 'rb');
      reader.read(1);
      reader.readline().catch(() => {});
      reader.read(1, { timeout: 600_000 }).catch(() => {});
      const other = await uvfiles.open(${fifo()}, 'r');
      other.read(1, { timeout: 600_000 }).catch(() => {});
      other.readline(1, { timeout: 600_000 }).catch(() => {});
      const raw = await uvfiles.open(${fifo()}, 'rb', { buffering: 0 });
      raw.readall({ timeout: 600_000 }).catch(() => {});
      uvfiles.stdin.readline();
      uvfiles.stdinBytes.read(5).catch(() => {});
      console.log('done');`);
    const { code, stdout } = await ended(child);
    expect(stdout).to.equal('done\n');
    expect(code).to.equal(0);
  });

  it('ends when an awaited read has been cancelled', async () => {
    const child = runNode(`
      const controller = new AbortController();
      const line = uvfiles.stdin.readline(undefined, { signal: controller.signal });
      setImmediate(() => controller.abort());
      console.log(await line.catch((error) => error.code));
      const next = uvfiles.stdin.readline();
      setImmediate(() => uvfiles.stdin.close());
      console.log(await next.catch((error) => error.code));`);
    const { code, stdout } = await ended(child);
    expect(stdout).to.equal('ABORT_ERR\nERR_FILE_CLOSED\n');
    expect(code).to.equal(0);
  });

  for (const [what, read] of Object.entries({
    await: 'console.log(await uvfiles.stdin.readline())',
    'await of catch': 'console.log(await uvfiles.stdin.readline().catch(() => undefined))',
    then: 'uvfiles.stdin.readline().then((line) => console.log(line))',
    'for await': 'for await (const line of uvfiles.stdin) { console.log(line); break; }',
    'an async function': '(async () => { console.log(await uvfiles.stdin.readline()); })()',
    bytes: 'console.log(String(await uvfiles.stdinBytes.readline()))',
    'a stream': 'for await (const text of uvfiles.stdin.readableStream()) { console.log(text); break; }',
  })) {
    it(`stays alive for an awaited read (${what})`, async () => {
      // The line is sent when the child has nothing else left to do.
      const child = runNode(`
        setImmediate(() => setImmediate(() => process._rawDebug('waiting')));
        ${read};`);
      const end = ended(child);
      await new Promise((resolve) => child.stderr?.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 100));
      child.stdin?.write('late\n');
      const { code, stdout } = await end;
      expect(stdout.trim()).to.equal('late');
      expect(code).to.equal(0);
    });
  }

  it('stays alive for a write that waits for its reader', async () => {
    const path = makeFifo();
    const child = runNode(`
      const writer = await uvfiles.open(${JSON.stringify(path)}, 'wb', { buffering: 0 });
      writer.write(new Uint8Array(300_000)).then((count) => console.log(count));
      console.log('writing');`);
    const { open } = await import('uvfiles');
    const said = hasSaid(child, 'writing');
    const end = ended(child);
    await using reader = await open(path, 'rb');
    await said;
    expect(await reader.readall()).to.have.length(300_000);
    const { code, stdout } = await end;
    expect(stdout).to.equal('writing\n300000\n');
    expect(code).to.equal(0);
  });
});
