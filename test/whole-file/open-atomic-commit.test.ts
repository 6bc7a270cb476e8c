// openAtomic: a file that is written in pieces and appears all at once, or not at all.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { EOL } from 'node:os';
import path from 'node:path';
import { BinaryFile, openAtomic, TextFile, writeAtomic } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { needsStrace, runInjected } from '../support/strace.js';
import {
  endOf,
  mountSmallDisk,
  rejection,
  runProgram,
  scratchDirectory,
  startProgram,
} from '../support/temp.js';

describe('openAtomic', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);
  const text = (name: string): string => readFileSync(at(name), 'utf8');

  it('keeps the old content visible until the commit', async () => {
    writeFileSync(at('a'), 'old');
    chmodSync(at('a'), 0o640);
    const { mode } = statSync(at('a'));
    const before = await openDescriptors();
    const f = await openAtomic(at('a'));
    expect(f).to.be.an.instanceOf(TextFile);
    expect(f.name).to.equal(at('a'));
    await f.write('one\n');
    await f.flush();
    expect(text('a')).to.equal('old');
    await f.write('two\n');
    await f.commit();
    expect(text('a')).to.equal(`one${EOL}two${EOL}`);
    expect(statSync(at('a')).mode).to.equal(mode);
    expect(f.closed).to.equal(true);
    await f.commit();
    await f.close();
    await f.abort();
    expect((await rejection(f.write('three'))).code).to.equal('ERR_FILE_CLOSED');
    expect(scratch.list()).to.deep.equal(['a']);
    await expectDescriptors(before);
  });

  it('commits on close, for every kind of handle', async () => {
    const f = await openAtomic(at('a'), 'w', { encoding: 'utf-16-le' });
    await f.write('x');
    await f.close();
    expect([...readFileSync(at('a'))]).to.deep.equal([0x78, 0]);
    const g = await openAtomic(at('a'), 'wb', { durable: false });
    expect(g).to.be.an.instanceOf(BinaryFile);
    await g.write(Buffer.from('bytes'));
    await g.close();
    expect(text('a')).to.equal('bytes');
    const raw = await openAtomic(at('a'), 'w+b', { buffering: 0 });
    await raw.write(Buffer.from('raw'));
    await raw.seek(0);
    expect((await raw.readall()).toString()).to.equal('raw');
    await raw.close();
    expect(text('a')).to.equal('raw');
  });

  it('discards everything on abort', async () => {
    writeFileSync(at('a'), 'old');
    const before = await openDescriptors();
    const f = await openAtomic(at('a'));
    await f.write('x'.repeat(1_000_000));
    await f.abort();
    await f.abort();
    await f.close();
    expect(f.closed).to.equal(true);
    expect(text('a')).to.equal('old');
    expect(scratch.list()).to.deep.equal(['a']);
    await expectDescriptors(before);
  });

  it('rejects the commit after a failed write', async function () {
    mountSmallDisk(this, at('small'));
    try {
      writeFileSync(at('small/a'), 'old');
      for (const awaited of [true, false]) {
        const f = await openAtomic(at('small/a'), 'wb');
        const write = f.write(Buffer.alloc(1 << 20));
        if (awaited) expect((await rejection(write)).code).to.equal('ENOSPC');
        else write.catch(() => undefined);
        expect((await rejection(f.close())).code).to.equal('ENOSPC');
        expect(text('small/a')).to.equal('old');
        expect(readdirSync(at('small'))).to.deep.equal(['a']);
      }
      const g = await openAtomic(at('small/a'));
      await g.write('y'.repeat(1000));
      await g.commit();
      expect(statSync(at('small/a')).size).to.equal(1000);
    } finally {
      spawnSync('umount', [at('small')]);
    }
  });

  it('creates a new file with x, and rejects modes that keep the old content', async () => {
    const f = await openAtomic(at('a'), 'x', { permissions: 0o600 });
    await f.write('new');
    writeFileSync(at('a'), 'somebody else was faster');
    expect((await rejection(f.commit())).code).to.equal('EEXIST');
    expect(text('a')).to.equal('somebody else was faster');
    expect((await rejection(openAtomic(at('a'), 'x'))).code).to.equal('EEXIST');
    for (const mode of ['r', 'r+', 'a', 'rw', '']) {
      expect((await rejection(openAtomic(at('a'), mode))).code).to.equal('ERR_INVALID_ARG_VALUE');
    }
    expect((await rejection(openAtomic(scratch.path))).code).to.equal('EISDIR');
    expect((await rejection(openAtomic(at('no/a')))).code).to.equal('ENOENT');
    expect((await rejection(openAtomic(at('b'), 'w', { encoding: 'klingon' }))).code).to.equal(
      'ERR_UNKNOWN_ENCODING',
    );
    expect((await rejection(openAtomic(at('b'), 'w', { signal: AbortSignal.abort() }))).name).to.equal(
      'AbortError',
    );
    expect(scratch.list()).to.deep.equal(['a']);
  });

  // Without hard links, only a rename that does not replace can detect this.
  it('does not replace a file that was created meanwhile, even without hard links', async function () {
    needsStrace(this);
    const program = `
      import { openAtomic } from 'uvfiles';
      import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
      import path from 'node:path';
      const { DIR: dir } = process.env;
      for (const durable of [true, false])
        for (const meanwhile of [false, true]) {
          const name = path.join(dir, [durable, meanwhile].join('-'));
          const f = await openAtomic(name, 'x', { durable });
          await f.write('mine');
          if (meanwhile) writeFileSync(name, 'theirs');
          const said = await f.commit().then(() => 'done', ({ code, syscall }) => code + ' ' + syscall);
          console.log(said, readFileSync(name, 'utf8'));
        }
      console.log(readdirSync(dir).sort().join(' '));`;
    const expected = [
      ...['done mine', 'EEXIST rename theirs', 'done mine', 'EEXIST rename theirs'],
      'false-false false-true true-false true-true',
    ];
    const refusals = [['linkat:error=EPERM'], ['linkat:error=EOPNOTSUPP'], ['linkat:error=EXDEV']];
    for (const refused of refusals) {
      const dir = at(String(refused));
      mkdirSync(dir);
      const { stdout, stderr } = await runInjected(program, refused, [], { DIR: dir });
      expect(stderr).to.equal('');
      expect(stdout.trim().split('\n'), String(refused)).to.deep.equal(expected);
    }
  });

  it('creates the file with the given permissions, even if its owner cannot write to it', async () => {
    const program = `
      import { openAtomic, readText } from 'uvfiles';
      const f = await openAtomic(process.env.FILE, 'w', { permissions: 0o440 });
      await f.write('x');
      await f.commit();
      console.log(await readText(process.env.FILE));`;
    const { stdout, stderr } = await runProgram(program, { unprivileged: true, env: { FILE: at('a') } });
    expect(stderr).to.equal('');
    expect(stdout).to.equal('x\n');
    expect(statSync(at('a')).mode & 0o777).to.equal(0o440);
  });

  it('lets two writers of one path commit one after the other', async () => {
    const [f, g] = await Promise.all([openAtomic(at('a')), openAtomic(at('a'))]);
    // The first to commit has much to flush.
    await Promise.all([f.write('first'.repeat(1_000_000)), g.write('second')]);
    await Promise.all([f.commit(), g.commit()]);
    expect(text('a')).to.equal('second');
    const again = await openAtomic(at('a'));
    await again.write('third');
    await Promise.all([again.commit(), writeAtomic(at('a'), 'fourth')]);
    expect(text('a')).to.equal('fourth');
    expect(scratch.list()).to.deep.equal(['a']);
  });

  it('leaves nothing of a file that was never committed', async () => {
    writeFileSync(at('a'), 'old');
    const program = `
      import { openAtomic } from 'uvfiles';
      const f = await openAtomic(${JSON.stringify(at('a'))});
      await f.write('half');
      await f.flush();
      console.log('ready');
      if (process.argv[1] === 'stay') setInterval(() => {}, 1000);
      else process.exit();`;
    expect((await runProgram(program)).stdout).to.equal('ready\n');
    expect(text('a')).to.equal('old');
    const child = startProgram(program, { argv: ['stay'] });
    const ended = endOf(child);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(text('a')).to.equal('old');
    expect(scratch.list()).to.deep.equal(['a']);
  });
});
