// Full disks and exhausted descriptors: the calls reject, and nothing is left behind.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { tempfile } from 'uvfiles';

import { expectDescriptors, openDescriptors } from '../support/descriptors.js';
import { skip } from '../support/skip.js';
import { isRoot, rejection, runProgram, scratchDirectory } from '../support/temp.js';

describe('temporary files on a full disk', () => {
  const scratch = scratchDirectory();
  // A nested suite, so that the disk is unmounted before the scratch directory is removed.
  describe('of 128 KiB', () => {
    let full = '';

    beforeEach(function () {
      full = path.join(scratch.path, 'full');
      mkdirSync(full);
      if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', full]).status !== 0)
        skip(this, 'mounting a tmpfs is not permitted here');
    });
    afterEach(() => {
      spawnSync('umount', [full]);
    });

    for (const [title, make] of Object.entries({
      temporaryFile: tempfile.temporaryFile,
      namedTemporaryFile: tempfile.namedTemporaryFile,
    })) {
      it(`${title}: write, flush and close reject with ENOSPC, and leave nothing`, async () => {
        await (await make({ dir: full })).close(); // opens the descriptors that the process keeps
        const before = await openDescriptors();
        const direct = await make({ dir: full });
        expect((await rejection(direct.write(Buffer.alloc(300_000, 1)))).code).to.equal('ENOSPC');
        await direct.close().catch((error: unknown) => {
          expect(error).to.include({ code: 'ENOSPC' });
        });
        expect(readdirSync(full)).to.deep.equal([]);

        const flushed = await make({ dir: full, buffering: 200_000 });
        expect(await flushed.write(Buffer.alloc(190_000, 1))).to.equal(190_000);
        expect((await rejection(flushed.flush())).code).to.equal('ENOSPC');
        expect((await rejection(flushed.close())).code).to.equal('ENOSPC');
        expect(readdirSync(full)).to.deep.equal([]);

        const closed = await make({ dir: full, buffering: 200_000 });
        await closed.write(Buffer.alloc(190_000, 1));
        expect(await rejection(closed.close())).to.include({ code: 'ENOSPC', syscall: 'write' });
        expect(readdirSync(full)).to.deep.equal([]);
        await expectDescriptors(before);

        // The space is free again: failed files hold none of it.
        await using after = await make({ dir: full, buffering: 200_000 });
        await after.write(Buffer.alloc(100_000, 1));
        await after.flush();
      });
    }

    it('spooledTemporaryFile: data that does not fit stays in memory and can be read', async () => {
      const file = await tempfile.spooledTemporaryFile({ dir: full, maxSize: 250_000 });
      const content = Buffer.alloc(250_000, 7);
      await file.write(content);
      await file.flush();
      expect((await rejection(file.rollover())).code).to.equal('ENOSPC');
      expect(file.name).to.equal(null);
      await file.seek(0);
      expect((await file.read()).equals(content)).to.equal(true);
      expect(readdirSync(full)).to.deep.equal([]);
      await file.close();
    });

    it('creation rejects with ENOSPC without a free inode', async () => {
      spawnSync('mount', ['-o', 'remount,nr_inodes=2', full]);
      const first = await tempfile.mkdtemp({ dir: full });
      for (const make of [
        tempfile.mkstemp,
        tempfile.mkdtemp,
        tempfile.namedTemporaryFile,
        tempfile.temporaryDirectory,
      ]) {
        expect((await rejection((make as (o: object) => Promise<unknown>)({ dir: full }))).code).to.equal(
          'ENOSPC',
        );
      }
      expect(readdirSync(full)).to.deep.equal([path.basename(first)]);
    });
  });
});

describe('temporary files without descriptors', () => {
  const scratch = scratchDirectory();

  it('reject with EMFILE, leave nothing, and work again afterwards', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const dir = ${JSON.stringify(scratch.path)};
       const held = await tempfile.temporaryDirectory({ dir });
       fs.mkdirSync(held.name + '/a/b', { recursive: true });
       await (await tempfile.temporaryFile({ dir })).close();
       const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
       const codes = [];
       for (const make of ['mkstemp', 'temporaryFile', 'namedTemporaryFile']) {
         codes.push(await tempfile[make]({ dir }).then(() => 'made', (error) => error.code));
       }
       for (const fd of taken) fs.closeSync(fd);
       console.log(codes.join(), fs.readdirSync(dir).length);
       const files = await Promise.all(Array.from({ length: 30 }, () => tempfile.namedTemporaryFile({ dir })));
       await Promise.all(files.map((file) => file.close()));
       await held.cleanup();
       console.log(fs.readdirSync(dir).length);`,
      { args: ['--no-warnings'], limits: '-n 64' },
    );
    expect({ stderr, stdout }).to.deep.equal({ stderr: '', stdout: 'EMFILE,EMFILE,EMFILE 1\n0\n' });
  });

  it('remove a directory as soon as descriptors are free', async () => {
    const { stdout, stderr } = await runProgram(
      `import { tempfile } from 'uvfiles'; import fs from 'node:fs';
       const held = await tempfile.temporaryDirectory({ dir: ${JSON.stringify(scratch.path)} });
       fs.mkdirSync(held.name + '/a/b', { recursive: true });
       const taken = []; try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
       const cleaning = held.cleanup();
       setTimeout(() => { for (const fd of taken) fs.closeSync(fd); }, 20);
       await cleaning;
       console.log(fs.existsSync(held.name));`,
      { args: ['--no-warnings'], limits: '-n 64' },
    );
    expect({ stderr, stdout: stdout.trim() }).to.deep.equal({ stderr: '', stdout: 'false' });
  });
});
