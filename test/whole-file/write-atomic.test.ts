// The temporary names of writeAtomic and openAtomic: short, whatever the target's name, since some file systems allow 143 bytes.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { openAtomic, updateAtomic, writeAtomic } from 'uvfiles';

import { needsStrace, runTraced } from '../support/strace.js';
import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('the temporary name of an atomic write', () => {
  const scratch = scratchDirectory();

  it('does not contain the name of its target', async function () {
    needsStrace(this);
    const log = path.join(scratch.path, 'log');
    const code = `
      import { openAtomic, writeAtomic } from 'uvfiles';
      for (const name of ['n'.repeat(143), 'n'.repeat(255)]) {
        const target = ${JSON.stringify(scratch.path)} + '/' + name;
        await writeAtomic(target, 'old');
        await writeAtomic(target, 'new');
        const file = await openAtomic(target);
        await file.write('newer');
        await file.commit();
      }`;
    const { stderr } = await runTraced(code, 'linkat,renameat,renameat2', log);
    expect(stderr).to.equal('');
    const renames = [...readFileSync(log, 'utf8').matchAll(/renameat2?\(\d+, "([^"]+)"/g)];
    expect(renames.length).to.equal(4);
    for (const [, name] of renames) expect(name).to.match(/^\.new\.[a-z2-7]{16}\.uvfiles$/);
  });
});

describe('an atomic write that cannot look its target up', () => {
  const scratch = scratchDirectory();

  it('rejects with the error of an open', async () => {
    const file = path.join(scratch.path, 'file');
    writeFileSync(file, '');
    const target = path.join(file, 'below');
    const expected = {
      code: process.platform === 'win32' ? 'ENOENT' : 'ENOTDIR',
      syscall: 'open',
      path: target,
    };
    expect(await rejection(writeAtomic(target, 'x'))).to.include(expected);
    expect(await rejection(openAtomic(target))).to.include(expected);
  });
});

describe('an atomic write to a file that is a mount point', () => {
  // Before the directory goes.
  afterEach(() => void spawnSync('umount', [target()]));
  const scratch = scratchDirectory();
  const outside = (): string => path.join(scratch.path, 'outside');
  const target = (): string => path.join(scratch.path, 'bound');

  beforeEach(function () {
    writeFileSync(outside(), 'the old content, which is longer', { mode: 0o640 });
    writeFileSync(target(), '');
    const { status, stderr, error } = spawnSync('mount', ['--bind', outside(), target()], {
      encoding: 'utf8',
    });
    if (status === 0) return;
    skip(this, `cannot bind-mount (${error?.message ?? stderr.trim()})`);
  });

  it('rejects with EBUSY, and leaves the old content and no other file', async () => {
    expect((await rejection(writeAtomic(target(), 'new'))).code).to.equal('EBUSY');
    expect((await rejection(writeAtomic(target(), 'new', { inPlaceIfBusy: false }))).code).to.equal('EBUSY');
    expect(readFileSync(outside(), 'utf8')).to.equal('the old content, which is longer');
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['bound', 'outside']);
  });

  it('overwrites it with inPlaceIfBusy, and leaves no other file', async () => {
    const { ino } = statSync(outside());
    const large = Buffer.alloc(1_000_003, 'large ');
    for (const o of [{ inPlaceIfBusy: true }, { inPlaceIfBusy: true, durable: false }]) {
      await writeAtomic(target(), large, o);
      expect(readFileSync(outside()).equals(large)).to.equal(true);
      await writeAtomic(target(), ['new', ' ', 'parts'], o);
      expect(readFileSync(outside(), 'utf8')).to.equal('new parts');
      const file = await openAtomic(target(), 'w', o);
      await file.write('opened');
      await file.commit();
      await updateAtomic(target(), (old) => `${old!.toString()}, updated`, o);
      expect(readFileSync(outside(), 'utf8')).to.equal('opened, updated');
    }
    expect(statSync(outside())).to.include({ ino, mode: 0o100640 });
    expect(readdirSync(scratch.path).sort()).to.deep.equal(['bound', 'outside']);
  });

  it('replaces other files in one step, even with inPlaceIfBusy', async () => {
    const other = path.join(scratch.path, 'other');
    writeFileSync(other, 'old');
    const { ino } = statSync(other);
    await writeAtomic(other, 'new', { inPlaceIfBusy: true });
    expect(statSync(other).ino).to.not.equal(ino);
    expect((await rejection(writeAtomic(other, 'x', { inPlaceIfBusy: 1 } as never))).code).to.equal(
      'ERR_INVALID_ARG_TYPE',
    );
  });
});
