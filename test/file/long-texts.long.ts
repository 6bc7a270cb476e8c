// Texts that are longer than a string can be. They take more than half a gigabyte of memory.
import { execFileSync, spawn } from 'node:child_process';
import { constants } from 'node:buffer';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { open } from 'uvfiles';
import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('read() of a text that is too long for a string', function () {
  this.timeout(240_000);
  const scratch = scratchDirectory();
  const BEGIN = 'first line\nsecond\n';
  // With many more bytes, the rest alone is too long, and is not decoded.
  const tooLong = (more: number): string => {
    const name = path.join(scratch.path, 'long');
    writeFileSync(name, BEGIN);
    truncateSync(name, constants.MAX_STRING_LENGTH + more); // the rest is zeros
    return name;
  };

  it('rejects, and leaves the position where it was', async () => {
    const f = await open(tooLong(100), 'r');
    expect(await f.readline()).to.equal('first line\n');
    const error = await rejection(f.read());
    expect(error.code).to.equal('ERR_STRING_TOO_LONG');
    expect(await f.tell()).to.equal(11);
    expect(await f.read(9)).to.equal('second\n\0\0');
    await f.close();
  });

  it('keeps the bytes of a pipe for smaller reads', async function () {
    if (process.platform === 'win32') skip(this, 'no FIFOs');
    const fifo = path.join(scratch.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const writer = spawn('sh', ['-c', 'exec cat "$0" > "$1"', tooLong(200_000), fifo], { stdio: 'ignore' });
    const f = await open(fifo, 'r');
    expect(await f.readline()).to.equal('first line\n');
    expect((await rejection(f.read())).code).to.equal('ERR_STRING_TOO_LONG');
    expect(await f.readline()).to.equal('second\n');
    expect(await f.read(2)).to.equal('\0\0');
    await f.close();
    writer.kill();
  });
});
