// Reads, writes, syncs and closes of a handle that fail once or several times: the bytes are kept, and no failure is
// reported as a success later. The faults are those of uvfiles/testing, so this runs on files in memory, too.
import { expect } from 'chai';
import * as fs from 'node:fs';
import { open, readBytes } from 'uvfiles';
import { faults } from 'uvfiles/testing';

import { codeOf, Folder, outcome, rejection } from '../support/files.js';

describe('calls of a handle that fail', () => {
  const folder = new Folder();
  const at = (name: string): string => folder.at(name);
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

  it('reject with the error, keep the bytes, and leave the handle usable', async () => {
    using _ = faults([
      { op: 'write', path: '**/failing', short: 3 },
      { op: 'write', path: '**/failing', error: 'EIO', times: 2 },
      { op: 'read', path: '**/failing', error: 'EIO' },
    ]);
    const f = await open(at('failing'), 'w+b');
    await f.write(bytes('0123456789'));
    expect(await rejection(f.flush())).to.include({ code: 'EIO', syscall: 'write', bytesWritten: 3 });
    expect(fs.statSync(at('failing')).size).to.equal(3);
    expect(await codeOf(f.flush())).to.equal('EIO');
    await f.flush();
    await f.seek(0);
    expect(await codeOf(f.read(3))).to.equal('EIO');
    expect(await f.read(3)).to.deep.equal(bytes('012'));
    await f.close();
    expect(await readBytes(at('failing'))).to.deep.equal(bytes('0123456789'));
  });

  it('count only bytes of their own in bytesWritten', async () => {
    using _ = faults({ op: 'write', path: '**/room', error: 'ENOSPC', after: 1 });
    using short = faults({ op: 'write', path: '**/room', short: 3 });
    const f = await open(at('room'), 'wb', { buffering: 8 });
    await f.write(bytes('01234567'));
    const error = await rejection(f.write(bytes('89')));
    expect(error).to.include({ code: 'ENOSPC', syscall: 'write' });
    expect(error).not.to.have.property('bytesWritten');
    expect(short.count).to.equal(1);
    await f.write(bytes('89'));
    await f.close();
    expect(fs.readFileSync(at('room'), 'latin1')).to.equal('0123456789');
  });

  for (const buffering of [0, 4]) {
    it(`count all items of writelines in bytesWritten, with a buffer of ${buffering} bytes`, async () => {
      using _ = faults([
        { op: 'write', path: '**/lines', after: 2, short: 2 },
        { op: 'write', path: '**/lines', after: 2, error: 'ENOSPC' },
      ]);
      const f = await open(at('lines'), 'wb', { buffering });
      const items = ['abcde', 'fghij', 'klmno', 'p'].map(bytes);
      expect(await rejection(f.writelines(items))).to.include({ code: 'ENOSPC', bytesWritten: 12 });
      await f.close();
      expect(fs.readFileSync(at('lines'), 'latin1')).to.equal('abcdefghijkl');
    });
  }

  it('know the position after an append that stops part-way', async () => {
    using _ = faults([
      { op: 'write', path: '**/appended', short: 3 },
      { op: 'write', path: '**/appended', error: 'ENOSPC' },
    ]);
    fs.writeFileSync(at('appended'), '0123456789');
    await using f = await open(at('appended'), 'a+b', { buffering: 4 });
    await f.seek(5);
    expect(await f.read(1)).to.deep.equal(bytes('5'));
    expect(await rejection(f.write(bytes('abcdef')))).to.include({ code: 'ENOSPC', bytesWritten: 3 });
    expect(await f.tell()).to.equal(13);
    expect(await f.read()).to.deep.equal(bytes(''));
    await f.seek(-3, 1);
    expect(await f.read()).to.deep.equal(bytes('abc'));
  });

  it('write one byte order mark, also if the first write stops part-way', async () => {
    using _ = faults([
      { op: 'write', path: '**/marked', short: 4 },
      { op: 'write', path: '**/marked', error: 'ENOSPC' },
    ]);
    const f = await open(at('marked'), 'w', { encoding: 'utf-16', buffering: 8 });
    expect(await rejection(f.write('abcdefgh'))).to.include({ code: 'ENOSPC', bytesWritten: 4 });
    await f.write('bc');
    await f.close();
    expect(fs.readFileSync(at('marked'), 'utf16le')).to.equal('\ufeffabc');
  });

  for (const [what, error] of [
    ['sync', 'EIO'],
    ['datasync', 'ENOSPC'],
  ] as const) {
    it(`keep failing after a failed ${what}`, async () => {
      using _ = faults({ op: 'sync', path: '**/synced', error });
      const f = await open(at('synced'), 'wb');
      await f.write(bytes('x'));
      expect(await codeOf(f[what]())).to.equal(error);
      expect(await codeOf(f.sync())).to.equal(error);
      expect(await codeOf(f.datasync())).to.equal(error);
      await f.flush();
      expect(await codeOf(f.close())).to.equal(error);
      // Another handle is not affected.
      const raw = await open(at('synced'), 'wb', { buffering: 0 });
      await raw.sync();
      await raw.close();
    });
  }

  it('reject with the error of the flush in close, not with that of the close itself', async () => {
    using _ = faults([
      { op: 'write', path: '**/both', error: 'ENOSPC', times: Infinity },
      { op: 'close', path: '**/both', error: 'EIO', times: Infinity },
    ]);
    const f = await open(at('both'), 'wb');
    await f.write(bytes('x'));
    expect(await outcome(f.close())).to.equal('ENOSPC');
    expect(f.closed).to.equal(true);
  });
});
