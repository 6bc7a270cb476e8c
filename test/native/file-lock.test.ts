// Locks as TypeScript requests them: for an open file, which stays open until the result.
import { expect } from 'chai';
import { constants } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Beneath from '../../lib/native/beneath.js';
import type * as Locks from '../../lib/native/file-lock.js';
import type * as Files from '../../lib/native/store/native-file.js';
import { root as repository } from '../support/package.js';
import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

const require = createRequire(import.meta.url);
const load = (name: string): unknown => require(path.join(repository, 'dist/cjs', name));
const { openBeneath } = load('native/beneath.js') as typeof Beneath;
const { tryLockFile, unlockFile } = load('native/file-lock.js') as typeof Locks;
const { NativeFile } = load('native/store/native-file.js') as typeof Files;

describe('native file locks', function () {
  const scratch = scratchDirectory();
  const whole = { position: 0, size: 0 };

  before(function () {
    if (process.platform === 'win32') skip(this, 'the files of this test are opened beneath a root');
  });

  it('exclude another descriptor of the file until they are released or theirs is closed', async () => {
    const flags = constants.O_RDWR | constants.O_CREAT;
    const one = await openBeneath(scratch.path, 'a', flags, 0o600);
    const two = await openBeneath(scratch.path, 'a', flags, 0o600);
    expect(await tryLockFile(one.id, false, whole)).to.equal(true);
    expect(await tryLockFile(two.id, true, { position: 2n ** 60n, size: 1 })).to.equal(false);
    await unlockFile(one.id, whole);
    expect(await tryLockFile(two.id, false, whole)).to.equal(true);
    expect(await tryLockFile(one.id, true, whole)).to.equal(false);
    await new NativeFile(two, true).close();
    expect(await tryLockFile(one.id, false, whole)).to.equal(true);
    await new NativeFile(one, true).close();
    // The number of a closed file is invalid, even if its descriptor has been reused.
    expect((await rejection(tryLockFile(one.id, false, whole))).code).to.equal('EBADF');
  });
});
