// copy onto devices, and the results of copy and move for byte paths.
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { answerOf, fault, needsFaults, runFaulty } from '../support/files.js';
import { withOneThread } from '../support/one-thread.js';
import { skip } from '../support/skip.js';
import { needsRoot, rejection, scratchDirectory } from '../support/temp.js';

const SIZE = 4 * 1024 * 1024;

describe('copy', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  /** A file of SIZE bytes that is a hole except for eight bytes in its middle. */
  function sparse(): string {
    const fd = openSync(at('sparse'), 'w');
    ftruncateSync(fd, SIZE);
    writeSync(fd, 'in holes', SIZE / 2);
    closeSync(fd);
    return at('sparse');
  }

  it('writes the holes of a file as zeros onto a block device', async function () {
    needsRoot(this);
    writeFileSync(at('disk'), Buffer.alloc(2 * SIZE, 0xff));
    let device: string;
    try {
      device = execFileSync('losetup', ['--find', '--show', at('disk')], { stdio: 'pipe' })
        .toString()
        .trim();
    } catch (error) {
      skip(this, `no loop device is available: ${String(error).split('\n', 1)[0]}`);
    }
    const { mode } = statSync(device);
    try {
      expect(await os.copy(sparse(), device)).to.equal(device);
      expect(statSync(device).mode).to.equal(mode);
    } finally {
      execFileSync('losetup', ['--detach', device]);
    }
    const disk = readFileSync(at('disk'));
    expect(disk.subarray(0, SIZE).equals(readFileSync(at('sparse')))).to.equal(true);
    expect(disk.subarray(SIZE).every((byte) => byte === 0xff)).to.equal(true);
  });

  it('copies files with and without holes to /dev/null, whose mode stays', async function () {
    if (!existsSync('/dev/null')) skip(this, 'there is no /dev/null');
    const { mode } = statSync('/dev/null');
    writeFileSync(at('full'), 'content', { mode: 0o600 });
    expect(await os.copy(sparse(), '/dev/null')).to.equal('/dev/null');
    expect(await os.copy(at('full'), '/dev/null')).to.equal('/dev/null');
    expect(statSync('/dev/null').mode).to.equal(mode);
  });

  it('resolves to bytes for byte paths, as does move', async function () {
    if (process.platform !== 'linux')
      skip(this, 'only Linux accepts names that are not UTF-8 on every file system');
    const odd = Buffer.concat([Buffer.from(at('odd-')), Buffer.from([0xff, 0xfe])]);
    writeFileSync(at('a'), 'x');
    const copied = await os.copy(at('a'), odd);
    expect(Buffer.isBuffer(copied) && copied.equals(odd)).to.equal(true);
    mkdirSync(at('into'));
    const below = await os.copy(odd, at('into'));
    expect(
      below.equals(Buffer.concat([Buffer.from(`${at('into')}/odd-`), Buffer.from([0xff, 0xfe])])),
    ).to.equal(true);
    const moved = await os.move(odd, Buffer.from(at('b')));
    expect(moved.toString()).to.equal(at('b'));
    expect(await os.move(at('b'), at('c'))).to.equal(at('c'));
  });

  it('copies the bytes of a device, and rejects FIFOs', async function () {
    if (!existsSync('/dev/zero')) skip(this, 'there are no devices');
    writeFileSync(at('old'), 'old');
    expect(await os.copy('/dev/null', at('old'))).to.equal(at('old'));
    expect(readFileSync(at('old'), 'utf8')).to.equal('');
    const exclusive = os.copy('/dev/null', at('old'), { exclusive: true });
    expect((await rejection(exclusive)).code).to.equal('EEXIST');
    // The device has no end: only the signal ends the copy.
    const controller = new AbortController();
    const endless = rejection(os.copy('/dev/zero', at('zeros'), { signal: controller.signal }));
    while (!existsSync(at('zeros'))) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    expect((await endless).name).to.equal('AbortError');
    expect(existsSync(at('zeros'))).to.equal(false);
    execFileSync('mkfifo', [at('fifo')]);
    expect((await rejection(os.copy(at('fifo'), at('copy')))).code).to.equal('EINVAL');
    expect(existsSync(at('copy'))).to.equal(false);
  });

  it('leaves no file that it is about to create when it is aborted', async function () {
    needsFaults(this);
    const ending = await runFaulty(
      [fault('open', '/copy', `g${at('gate')}`, { times: 1 })],
      `import { metrics, os } from 'uvfiles';
       import { existsSync, writeFileSync } from 'node:fs';
       const scratch = ${JSON.stringify(scratch.path)};
       const controller = new AbortController();
       const copying = os.copy('/dev/zero', scratch + '/copy', { signal: controller.signal }).catch((error) => error.code);
       while (!existsSync(scratch + '/gate.reached')) await new Promise((resolve) => setTimeout(resolve, 2));
       controller.abort();
       writeFileSync(scratch + '/gate', '');
       const code = await copying;
       while (metrics().pool.outstanding > 0) await new Promise((resolve) => setTimeout(resolve, 2));
       console.log(JSON.stringify([code, existsSync(scratch + '/copy')]));`,
    );
    expect(answerOf(ending)).to.deep.equal(['ABORT_ERR', false]);
  });

  it('removes the part of a file that it has copied when it is aborted while it waits for a thread', async () => {
    writeFileSync(at('long'), Buffer.alloc(64 << 20, 'x'));
    const ending = await withOneThread(
      `import { os } from 'uvfiles';
       const [from, to] = ${JSON.stringify([at('long'), at('part')])};
       const sizeOf = () => (fs.existsSync(to) ? fs.statSync(to).size : 0);
       const controller = new AbortController();
       const copying = os.copy(from, to, { signal: controller.signal }).then(() => 'copied', (error) => error.code);
       const release = await hold();
       for (let size = -1; size !== sizeOf(); await new Promise((resolve) => setTimeout(resolve, 20))) size = sizeOf();
       controller.abort();
       await release();
       console.log(await copying, fs.existsSync(to));`,
    );
    expect(ending.stderr).to.equal('');
    // Some file systems copy it at once.
    expect(ending.stdout.trim()).to.be.oneOf(['ABORT_ERR false', 'copied true']);
  });

  it('waits for a promise of onProgress, and rejects with its error', async () => {
    writeFileSync(at('large'), Buffer.alloc(3_000_000, 'x'));
    const steps: number[] = [];
    let running = 0;
    await os.copy(at('large'), at('copy'), {
      async onProgress({ bytes, total }) {
        expect([++running, total]).to.deep.equal([1, 3_000_000]);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(bytes);
        running--;
      },
    });
    expect(steps).to.deep.equal([1 << 20, 2 << 20, 3_000_000]);
    const failing = (): Promise<void> => Promise.reject(new Error('mine'));
    const failed = await rejection(os.copy(at('large'), at('other'), { onProgress: failing }));
    expect(failed.message).to.equal('mine');
    expect(existsSync(at('other'))).to.equal(false);
    mkdirSync(at('tree'));
    writeFileSync(at('tree/file'), 'x');
    expect((await rejection(os.copytree(at('tree'), at('tree2'), { onProgress: failing }))).message).to.equal(
      'mine',
    );
  });
});
