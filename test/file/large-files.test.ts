// Files beyond 2 and 4 GiB, which are sparse and take no space: positions, sizes, and results that are too large for a
// Buffer.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { constants } from 'node:buffer';
import { open, readBytes } from 'uvfiles';
import { codeOf, Folder } from '../support/files.js';
import { skip } from '../support/skip.js';

const GIB = 2 ** 30;

describe('a large file', () => {
  const folder = new Folder();

  it('is read, written, sought and truncated beyond 4 GiB', async () => {
    const f = await open(folder.at('large'), 'wb+');
    expect(await f.truncate(5 * GIB)).to.equal(5 * GIB);
    expect(await f.pwrite(Buffer.from('there'), 4 * GIB + 7)).to.equal(5);
    expect(await f.seek(4 * GIB + 5)).to.equal(4 * GIB + 5);
    expect((await f.read(7)).toString('latin1')).to.equal('\0\0there');
    await f.write(Buffer.from('!'));
    expect(await f.tell()).to.equal(4 * GIB + 13);
    expect((await f.pread(6, BigInt(4 * GIB + 7))).toString()).to.equal('there!');
    expect(await f.seek(-1, 2)).to.equal(5 * GIB - 1);
    expect((await f.read(10)).length).to.equal(1);
    expect((await f.stat()).size).to.equal(5 * GIB);
    expect((await f.stat({ bigint: true })).size).to.equal(BigInt(5 * GIB));
    await f.close();
  });

  it('that reports no size is read to the end, for any requested size', async function () {
    const proc = '/proc/kallsyms';
    if (!fs.existsSync(proc) || fs.readFileSync(proc).length < 3_000_000)
      skip(this, 'no large file in /proc');
    const expected = fs.readFileSync(proc).subarray(0, 2_500_000);
    await using f = await open(proc, 'rb');
    const view = Buffer.alloc(2_500_000);
    expect((await f.pread(2_500_000, 0)).equals(expected)).to.equal(true);
    expect(await f.preadinto(view, 0)).to.equal(2_500_000);
    expect(view.equals(expected)).to.equal(true);
    expect((await f.preadinto(view, 0, { transfer: true })).equals(expected)).to.equal(true);
    expect((await f.read(2_500_000)).equals(expected)).to.equal(true);
  });

  it('that is too large for a Buffer is rejected before it is read', async () => {
    // The limit of a Buffer is 4 GiB in Node 20. In later versions, it exceeds the memory.
    const size = constants.MAX_LENGTH < 8 * GIB ? 5 * GIB : 8 * 1024 * GIB;
    if (size > 5 * GIB && fs.readFileSync('/proc/sys/vm/overcommit_memory', 'latin1').trim() === '1') return;
    fs.closeSync(fs.openSync(folder.at('huge'), 'w'));
    fs.truncateSync(folder.at('huge'), size);
    await using f = await open(folder.at('huge'), 'rb');
    for (const call of [() => f.read(), () => f.read(2 ** 53 - 1), () => readBytes(folder.at('huge'))]) {
      expect(await codeOf(call())).to.be.oneOf(['EFBIG', 'ENOMEM']);
    }
    expect((await f.read(3)).length).to.equal(3);
  });

  it('needs no more memory than the content of the file', async () => {
    await using f = await open(folder.put('small', 'abc'), 'rb');
    expect((await f.pread(constants.MAX_LENGTH, 0)).toString()).to.equal('abc');
    expect((await f.read(2 ** 53 - 1)).toString()).to.equal('abc');
    await using raw = await open(folder.at('small'), 'rb', { buffering: 0 });
    expect((await raw.read(2 ** 53 - 1)).toString()).to.equal('abc');
  });
});
