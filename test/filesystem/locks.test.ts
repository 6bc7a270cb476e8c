// Locks on file systems other than the real one.
import { expect } from 'chai';
import { lockFile, open, updateAtomic } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { rejection } from '../support/temp.js';

describe('locks of files in memory', () => {
  it('exclude each other as those of the disk do, and end with the handle', async () => {
    using _files = memoryFiles({ a: 'text' }, { at: '/memory' });
    const [one, two] = [await open('/memory/a', 'r+b'), await open('/memory/a', 'r+b')];
    const lock = await one.lock({ size: 2 });
    expect(await two.tryLock()).to.equal(null);
    expect(await two.tryLock({ position: 2 })).not.to.equal(null);
    const waiting = two.lock({ size: 1, shared: true });
    await lock.release();
    expect((await waiting).shared).to.equal(true);
    expect(await one.tryLock({ size: 1, shared: true })).not.to.equal(null);
    await two.close();
    await one.close();
    await using _lock = await lockFile('/memory/a');
    expect((await rejection(lockFile('/memory/a', { timeout: 5 }))).code).to.equal('ERR_TIMEOUT');
  });

  it('keep updates apart', async () => {
    using files = memoryFiles({}, { at: '/memory' });
    const add = (): Promise<void> =>
      updateAtomic('/memory/n', (old) => String(Number(old ?? 0) + 1), { encoding: 'utf-8' });
    await Promise.all(Array.from({ length: 50 }, add));
    expect(files.tree()).to.deep.equal({ n: '50' });
  });
});
