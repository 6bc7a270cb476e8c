// rmtree if each removal waits for the file system: several threads wait in parallel, and errors are reported as from a
// single thread.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { metrics, os } from 'uvfiles';

import { mountFuse } from '../support/file-systems.js';
import { rejection, scratchDirectory } from '../support/temp.js';

/** A tree of 8 directories, 20 files in each, made behind the file system's back. */
function makeTree(top: string): void {
  for (let i = 0; i < 8; i++) {
    mkdirSync(path.join(top, `${i}`), { recursive: true });
    for (let j = 0; j < 20; j++) writeFileSync(path.join(top, `${i}`, `${j}`), '');
  }
}

/** Settles with `removal`. Resolves to the maximum number of threads that it had. */
async function mostAtWork(removal: Promise<unknown>): Promise<number> {
  let most = 0;
  let done = false;
  const ended = removal.finally(() => (done = true));
  ended.catch(() => undefined);
  while (!done) {
    most = Math.max(most, metrics().lanes.bulk!.running);
    await new Promise(setImmediate);
  }
  await ended;
  return most;
}

describe('a tree removal that waits at every file', function () {
  this.timeout(240_000);
  const scratch = scratchDirectory();

  it('uses as many threads as its lane allows', async function () {
    const { mountpoint, backing, unmount } = await mountFuse(this, scratch.path, {
      unlink: { delay: 0.005 },
    });
    try {
      // On a busy machine, a removal can end before the second thread has begun.
      let most = 0;
      while (most < 2) {
        makeTree(path.join(backing, 'tree'));
        most = await mostAtWork(os.rmtree(path.join(mountpoint, 'tree')));
        expect(readdirSync(backing)).to.deep.equal([]);
        expect(metrics().lanes.bulk!.running).to.equal(0);
      }
      expect(most).to.equal(2);
    } finally {
      await unmount();
    }
  });

  it('reports a failure of any of its threads, and removes the rest', async function () {
    const { mountpoint, backing, unmount } = await mountFuse(this, scratch.path, {
      getattr: { delay: 0.003 },
      unlink: { error: 'EBUSY', path: '/tree/5/13' },
    });
    try {
      makeTree(path.join(backing, 'tree'));
      const error = await rejection(os.rmtree(path.join(mountpoint, 'tree')));
      expect([error.code, error.syscall, error.path]).to.deep.equal([
        'EBUSY',
        'unlink',
        path.join(mountpoint, 'tree', '5', '13'),
      ]);
      expect(readdirSync(path.join(backing, 'tree'))).to.deep.equal(['5']);
      expect(readdirSync(path.join(backing, 'tree', '5'))).to.deep.equal(['13']);
    } finally {
      await unmount();
    }
  });

  it('stops in all of its threads when aborted', async function () {
    const { mountpoint, backing, unmount } = await mountFuse(this, scratch.path, { unlink: { delay: 0.02 } });
    try {
      makeTree(path.join(backing, 'tree'));
      const controller = new AbortController();
      const removal = os.rmtree(path.join(mountpoint, 'tree'), { signal: controller.signal });
      removal.catch(() => undefined);
      while (metrics().lanes.bulk!.running < 2) await new Promise(setImmediate);
      controller.abort();
      expect((await rejection(removal)).name).to.equal('AbortError');
      while (metrics().lanes.bulk!.running > 0) await new Promise(setImmediate);
      const left = readdirSync(path.join(backing, 'tree')).length;
      expect(left).to.be.greaterThan(0);
      // No thread continues.
      await os.stat(mountpoint);
      expect(readdirSync(path.join(backing, 'tree'))).to.have.length(left);
    } finally {
      await unmount();
    }
  });
});
