// EMFILE: operations that open files by themselves wait for a descriptor and continue.
import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { descriptorTurn, isDescriptorWanted } from '../../lib/native/descriptor-wait.js';
import { Call } from '../../lib/schedule/call.js';
import { skip } from '../support/skip.js';
import { runProgram, scratchDirectory } from '../support/temp.js';

describe('at ulimit -n 64', () => {
  const scratch = scratchDirectory();

  before(function () {
    if (process.platform === 'win32') skip(this, 'Windows has no limit on handles');
  });

  beforeEach(() => {
    mkdirSync(path.join(scratch.path, 'tree/sub'), { recursive: true });
    for (let i = 0; i < 100; i++) writeFileSync(path.join(scratch.path, `f${i}`), `content ${i}`);
    for (let i = 0; i < 50; i++) writeFileSync(path.join(scratch.path, `tree/sub/f${i}`), 'x');
  });

  /**
   * Runs a program with `top` and `hold()`, which takes all descriptors, and releases them after a while or when its
   * result is called.
   */
  async function run(body: string): Promise<string> {
    const program = `
      import { openSync, closeSync } from 'node:fs';
      import { os, open, readBytes, readMany, readText, writeAtomic, openAtomic } from 'uvfiles';
      const top = ${JSON.stringify(scratch.path)};
      await readBytes(top + '/f0');
      function hold(ms = 100) {
        const held = [];
        try { for (;;) held.push(openSync('/dev/null')); } catch {}
        const release = () => held.splice(0).forEach((fd) => closeSync(fd));
        if (ms < Infinity) setTimeout(release, ms);
        return release;
      }
      ${body}`;
    const { stdout, stderr } = await runProgram(program, { limits: '-n 64' });
    expect(stderr).to.equal('');
    return stdout.trim();
  }

  it('reads 5,000 files at once', async () => {
    const program = `
      const all = await Promise.all(Array.from({ length: 5000 }, (_, i) => readBytes(top + '/f' + (i % 100))));
      console.log(all.every((bytes, i) => bytes.toString() === 'content ' + (i % 100)));`;
    expect(await run(program)).to.equal('true');
  });

  it('reads 5,000 files at once while other code holds all descriptors', async () => {
    const program = `
      hold();
      const all = await Promise.all(Array.from({ length: 5000 }, (_, i) => readText(top + '/f' + (i % 100))));
      console.log(all.every((text, i) => text === 'content ' + (i % 100)));`;
    expect(await run(program)).to.equal('true');
  });

  it('waits again after a long shortage when a handle has been closed through the pool', async () => {
    const program = `
      const { configure } = await import('uvfiles');
      configure({ inline: false });
      const handle = await open('/dev/null', 'rb');
      const release = hold(Infinity);
      console.log(await readText(top + '/f0').catch((error) => error.code)); // after ten seconds
      await handle.close();
      const taken = await open('/dev/null', 'rb');
      const second = readText(top + '/f1');
      setTimeout(release, 50);
      console.log(await second, taken.closed);`;
    expect(await run(program)).to.equal('EMFILE\ncontent 1 false');
  });

  it('writes whole files with the bytes at the time of the calls', async () => {
    const program = `
      const { writeFile, appendFile } = await import('uvfiles');
      const { readFileSync } = await import('node:fs');
      hold();
      const bytes = Buffer.from('first');
      const writing = Promise.all(Array.from({ length: 200 }, (_, i) => writeFile(top + '/w' + i, bytes)));
      const appending = appendFile(top + '/f0', bytes);
      bytes.fill(0x78);
      await Promise.all([writing, appending]);
      const whole = Array.from({ length: 200 }, (_, i) => readFileSync(top + '/w' + i, 'utf8'));
      console.log(whole.every((text) => text === 'first'), readFileSync(top + '/f0', 'utf8'));`;
    expect(await run(program)).to.equal('true content 0first');
  });

  it('writes a whole file after a second without descriptors, even before the poller runs', async () => {
    const program = `
      const { writeFile } = await import('uvfiles');
      hold(1000);
      await writeFile(top + '/late', 'late');
      console.log(await readText(top + '/late'));`;
    expect(await run(program)).to.equal('late');
  });

  it('writes a whole file from an iterable when there is a descriptor', async () => {
    const program = `
      const { appendFile, writeFile } = await import('uvfiles');
      hold();
      await Promise.all([writeFile(top + '/parts', ['a', 'b']), appendFile(top + '/f0', ['+'])]);
      console.log(await readText(top + '/parts'), await readText(top + '/f0'));`;
    expect(await run(program)).to.equal('ab content 0+');
  });

  it('lets whole files of uvfiles/promises wait for a descriptor, with all options', async () => {
    const program = `
      const { appendFile, readFile, writeFile } = (await import('uvfiles/promises')).default;
      const { signal } = new AbortController();
      hold();
      await Promise.all([
        writeFile(top + '/parts', ['a', 'b']),
        writeFile(top + '/flushed', 'c', { flush: true, signal }),
        appendFile(top + '/f0', ['+']),
        readFile(top + '/f1', { signal }),
      ]);
      console.log(await readText(top + '/parts'), await readText(top + '/flushed'), await readText(top + '/f0'));`;
    expect(await run(program)).to.equal('ab c content 0+');
  });

  it('counts writes that wait for a descriptor as queued in their lane', async () => {
    const program = `
      const { createLane, writeFile } = await import('uvfiles');
      const { execFileSync } = await import('node:child_process');
      const lane = createLane({ name: 'narrow', queueLimit: 100 });
      execFileSync('mkfifo', [top + '/fifo']);
      for (let round = 0; round < 2; round++) {
        const release = hold(Infinity);
        const write = (count) => Promise.allSettled(Array.from({ length: count }, (_, i) => writeFile(top + '/w' + i, 'x', { lane })));
        const first = write(1000);
        await new Promise((resolve) => setTimeout(resolve, 30));
        const second = write(300);
        release();
        const outcomes = [...(await first), ...(await second)];
        const refused = outcomes.filter(({ reason }) => reason?.name === 'LaneFullError').length;
        const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
        // Those that a job has just taken are not in the queue.
        console.log(refused + done, done >= 100 && done <= 250);
        // The poller must have been started before, because it could not start without descriptors.
        await readBytes(top + '/fifo', { signal: AbortSignal.timeout(20) }).catch(() => 0);
      }`;
    expect(await run(program)).to.equal('1300 true\n1300 true');
  });

  it('lets lists, walks, listings, copies and atomic writes wait for descriptors', async () => {
    const program = `
      hold();
      let read = 0;
      let walked = 0;
      await Promise.all([
        (async () => { for await (const { data } of readMany(Array.from({ length: 100 }, (_, i) => top + '/f' + i))) if (data) read++; })(),
        (async () => { for await (const [, , files] of os.walk(top + '/tree')) walked += files.length; })(),
        os.listdir(top),
        os.copy(top + '/f1', top + '/copy'),
        os.copy(top + '/f2', top + '/copy2', { onProgress: () => undefined }),
        os.copytree(top + '/tree', top + '/tree2'),
        writeAtomic(top + '/atomic', 'x'),
        (async () => { const f = await openAtomic(top + '/streamed'); await f.write('y'); await f.commit(); })(),
      ]);
      console.log(read, walked, (await os.listdir(top + '/tree2/sub')).length, await readText(top + '/atomic'),
        await readText(top + '/streamed'), await readText(top + '/copy'), await readText(top + '/copy2'));`;
    expect(await run(program)).to.equal('100 50 50 x y content 1 content 2');
  });

  it('lets lines, locks and temporary files wait for descriptors', async () => {
    const program = `
      const { lines, lockFile, tempfile } = await import('uvfiles');
      await tempfile.gettempdir();
      hold();
      const use = async (file) => {
        await file.write(Buffer.from('x'));
        await file.close();
        return 1;
      };
      const all = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
        let count = 0;
        for await (const line of lines(top + '/f' + (i % 100))) count += line.startsWith('content') ? 1 : 0;
        count += await use(await tempfile.temporaryFile({ dir: top }));
        count += await use(await tempfile.namedTemporaryFile({ dir: top }));
        await (await lockFile(top + '/lock' + i)).release();
        return count;
      }));
      console.log(all.reduce((sum, each) => sum + each));`;
    expect(await run(program)).to.equal('600');
  });

  it('lets hundreds of updates wait for descriptors, not for each other', async () => {
    const program = `
      const { updateAtomic } = await import('uvfiles');
      hold();
      let calls = 0;
      await Promise.all(Array.from({ length: 300 }, (_, i) =>
        updateAtomic(top + '/f' + (i % 100), (old) => (calls++, old + '+'), { durable: false })));
      const { readFileSync } = await import('node:fs');
      const whole = Array.from({ length: 100 }, (_, i) => readFileSync(top + '/f' + i, 'utf8'));
      console.log(whole.every((text, i) => text === 'content ' + i + '+++'), calls >= 300);
      const own = Object.assign(new Error('mine'), { code: 'EMFILE' });
      console.log(await updateAtomic(top + '/f0', () => { throw own; }).catch((error) => error === own));`;
    expect(await run(program)).to.equal('true true\ntrue');
  });

  it('lets hundreds of locks of one file wait for descriptors, not for each other', async () => {
    const program = `
      const { lockFile } = await import('uvfiles');
      const order = [];
      const lock = async (i) => { const held = await lockFile(top + '/f0'); order.push(i); await held.release(); };
      await Promise.all(Array.from({ length: 300 }, (_, i) => lock(i)));
      console.log(order.length, order.every((number, i) => number === i));`;
    expect(await run(program)).to.equal('300 true');
  });

  it('stops waiting when aborted', async () => {
    const program = `
      let outcomes;
      // On a busy machine, another thread of the process may still close a descriptor, which one of the calls then gets.
      do {
        hold(Infinity);
        const signal = AbortSignal.timeout(50);
        outcomes = await Promise.allSettled([
          readBytes(top + '/f0', { signal, lane: undefined }),
          os.copy(top + '/f1', top + '/copy', { signal }),
          writeAtomic(top + '/atomic', 'x', { signal }),
        ]);
      } while (outcomes.some(({ status }) => status === 'fulfilled'));
      console.log(outcomes.map(({ reason }) => reason?.name).join(' '));
      process.exit();`;
    expect(await run(program)).to.equal('AbortError AbortError AbortError');
  });

  it('stops waiting at its timeout, which the error names', async () => {
    const program = `
      const timeout = 50;
      let outcomes;
      do {
        hold(Infinity); // again, as above
        outcomes = await Promise.allSettled([
          readBytes(top + '/f0', { timeout }),
          os.copy(top + '/f1', top + '/copy', { timeout }),
          writeAtomic(top + '/atomic', 'x', { timeout }),
          os.listdir(top, { timeout }),
          os.copytree(top + '/tree', top + '/tree2', { timeout, existOk: true }),
          readMany([top + '/f0'], { timeout }).next(),
        ]);
      } while (outcomes.some(({ status }) => status === 'fulfilled'));
      console.log(...outcomes.map(({ reason }) => (reason?.name === 'TimeoutError' ? reason.timeout : reason)));
      process.exit();`;
    expect(await run(program)).to.equal('50 50 50 50 50 50');
  });

  it('loads the tables of legacy encodings after a shortage in which they were requested', async () => {
    const program = `
      const { writeFileSync } = await import('node:fs');
      writeFileSync(top + '/japanese', Buffer.from([0x93, 0xfa]));
      const release = hold(Infinity);
      const first = await open(top + '/japanese', 'r', { encoding: 'cp932' }).catch((error) => error.code);
      release();
      // As above, another thread may have closed a descriptor.
      console.log(first === 'EMFILE' || first.encoding, await readText(top + '/japanese', { encoding: 'cp932' }));`;
    expect(await run(program)).to.match(/^(true|cp932) 日$/);
  });

  it('waits for a descriptor to load the tables of legacy encodings', async () => {
    const program = `
      const { lines, tempfile, updateAtomic } = await import('uvfiles');
      const { readFileSync, writeFileSync } = await import('node:fs');
      writeFileSync(top + '/one', Buffer.from([0xc4, 0xe0]));
      writeFileSync(top + '/two', Buffer.from([0x93, 0xfa, 10, 0x93, 0xfa]));
      async function all(encoding, file) {
        const seen = [];
        for await (const line of lines(file, { encoding })) seen.push(line);
        return seen;
      }
      hold();
      const results = await Promise.all([
        readText(top + '/one', { encoding: 'cp1251' }),
        all('cp932', top + '/two'),
        updateAtomic(top + '/f0', (old) => 'ж' + old, { encoding: 'koi8-r' }),
        openAtomic(top + '/f1', 'w', { encoding: 'big5' }).then((file) => file.close()),
        tempfile.temporaryFile({ mode: 'w', encoding: 'cp437' }).then((file) => file.close()),
        tempfile.namedTemporaryFile({ mode: 'w', encoding: 'iso-2022-jp' }).then((file) => file.close()),
      ]);
      console.log(...results.slice(0, 2).flat(), readFileSync(top + '/f0', 'latin1'));`;
    expect(await run(program)).to.equal('Да 日 日 Öcontent 0');
  });

  it('rejects open without waiting', async () => {
    const program = `
      const files = [];
      try { for (;;) files.push(await open(top + '/f0')); } catch (error) { console.log(error.code); }
      await Promise.all(files.map((f) => f.close()));`;
    expect(await run(program)).to.equal('EMFILE');
  });
});

describe('a call that waits for a descriptor', () => {
  // In a process whose waits have become long.
  async function waitsSome(): Promise<void> {
    for (let i = 0; i < 7; i++) expect(await descriptorTurn(undefined)).to.equal(true);
  }

  it('rejects at its timeout, before its turn', async () => {
    await waitsSome();
    const turn = descriptorTurn(new Call(undefined, undefined, 2)).then(String, (error: Error) => error.name);
    const later = new Promise((resolve) => setTimeout(resolve, 20, 'not yet'));
    expect(await Promise.race([turn, later])).to.equal('TimeoutError');
    expect(isDescriptorWanted()).to.equal(false);
  });

  it('rejects with its signal, before its turn', async () => {
    await waitsSome();
    const controller = new AbortController();
    const turn = descriptorTurn(new Call(controller.signal, undefined, undefined)).then(
      String,
      (error: Error) => error.name,
    );
    controller.abort();
    const later = new Promise((resolve) => setTimeout(resolve, 20, 'not yet'));
    expect(await Promise.race([turn, later])).to.equal('AbortError');
    expect(isDescriptorWanted()).to.equal(false);
  });
});
