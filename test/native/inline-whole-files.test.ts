// Whole small files that are read inline, one after another. After many hits in a row, the addon reads a file without checking
// its type first, so each kind of name is tested among such files.
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';
import { metrics, readBytes } from 'uvfiles';

import { eventually, inlineHere, pattern, resetInline } from '../support/inline.js';
import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

const PAGE = 4096;
const MANY = 40; // more hits in a row than the addon requires

function hits(): { names: number; data: number } {
  const { names, nowait, memory, mapping } = metrics().pool.inline.by;
  return { names: names.hits, data: nowait.hits + memory.hits + mapping.hits };
}

describe('whole files that are read inline', function () {
  const scratch = scratchDirectory();
  const needed = inlineHere();
  let small: string;

  beforeEach(async () => {
    resetInline(10_000_000);
    small = path.join(scratch.path, 'small');
    writeFileSync(small, pattern(100));
    for (let i = 0; i < MANY; i++) await readBytes(small);
  });
  afterEach(() => resetInline());

  async function expectBytes(name: string, bytes: Buffer): Promise<void> {
    for (let i = 0; i < MANY; i++) {
      const read = await readBytes(name);
      if (!read.equals(bytes)) expect.fail(`${read.length} other bytes than the ${bytes.length} expected`);
      await readBytes(small);
    }
  }

  for (const size of [
    0,
    1,
    511,
    512,
    PAGE - 1,
    PAGE,
    PAGE + 1,
    4 * PAGE - 1,
    4 * PAGE,
    4 * PAGE + 1,
    5 * PAGE,
    300_000,
  ])
    it(`are whole with ${size} bytes`, async () => {
      const name = path.join(scratch.path, 'sized');
      writeFileSync(name, pattern(size));
      await expectBytes(name, pattern(size));
    });

  it('contain the last change', async () => {
    const name = path.join(scratch.path, 'changed');
    writeFileSync(name, pattern(PAGE));
    await expectBytes(name, pattern(PAGE));
    appendFileSync(name, 'more');
    await expectBytes(name, Buffer.concat([pattern(PAGE), Buffer.from('more')]));
    truncateSync(name, PAGE / 2);
    await expectBytes(name, pattern(PAGE).subarray(0, PAGE / 2));
    writeFileSync(name, 'other');
    await expectBytes(name, Buffer.from('other'));
  });

  it('are whole when only their beginning is cached', async function () {
    const name = path.join(scratch.path, 'half-cached');
    writeFileSync(name, pattern(3 * PAGE));
    // The pages after the first are dropped.
    const drop = `import os,sys
fd=os.open(sys.argv[1],os.O_RDONLY)
os.fsync(fd)
os.posix_fadvise(fd,${PAGE},0,os.POSIX_FADV_DONTNEED)`;
    try {
      execFileSync('python3', ['-c', drop, name]);
    } catch {
      skip(this, 'python3 is needed to drop pages from the cache');
    }
    expect((await readBytes(name)).equals(pattern(3 * PAGE))).to.equal(true);
  });

  it('are distinguished from directories and missing names', async () => {
    const directory = path.join(scratch.path, 'directory');
    mkdirSync(directory);
    expect((await rejection(readBytes(directory))).code).to.equal('EISDIR');
    expect((await rejection(readBytes(path.join(scratch.path, 'missing')))).code).to.equal('ENOENT');
    await expectBytes(small, pattern(100));
  });

  it('are distinguished from FIFOs, whose bytes stay for their reader', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no FIFOs');
    const fifo = path.join(scratch.path, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const writer = promisify(execFile)('sh', ['-c', 'printf %s "sent through" > "$0"', fifo]);
    expect((await readBytes(fifo)).toString()).to.equal('sent through');
    await writer;
  });

  it('are distinguished from devices', async function () {
    const device = path.join(scratch.path, 'null');
    try {
      execFileSync('mknod', [device, 'c', '1', '3'], { stdio: 'ignore' });
      closeSync(openSync(device, 'r')); // not on a mount with nodev
    } catch {
      skip(this, 'needs root, and a temporary directory that may have devices');
    }
    expect(await readBytes(device)).to.have.length(0);
  });

  it('are still counted as hits of names and data', async function () {
    needed(this);
    await eventually({ names: MANY, data: MANY }, async () => {
      const before = hits();
      for (let i = 0; i < MANY; i++) await readBytes(small);
      const after = hits();
      return { names: after.names - before.names, data: after.data - before.data };
    });
  });
});
