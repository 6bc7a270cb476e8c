// The native operations beneath a root, as TypeScript calls them, and NativeFiles made of what they open.
import { expect } from 'chai';
import { constants, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Beneath from '../../lib/native/beneath.js';
import type * as Calls from '../../lib/native/path-call.js';
import type * as Listings from '../../lib/native/store/listing.js';
import type * as Files from '../../lib/native/store/native-file.js';
import { root as repository } from '../support/package.js';
import { skip } from '../support/skip.js';
import { scratchDirectory } from '../support/temp.js';

const require = createRequire(import.meta.url);
const load = (name: string): unknown => require(path.join(repository, 'dist/cjs', name));
const beneath = load('native/beneath.js') as typeof Beneath;
const calls = load('native/path-call.js') as typeof Calls;
const { NativeFile } = load('native/store/native-file.js') as typeof Files;
const { NativeListing } = load('native/store/listing.js') as typeof Listings;

const { O_CREAT, O_RDWR } = constants;

describe('operations beneath a root', function () {
  const scratch = scratchDirectory();
  let top: string;

  before(function () {
    if (process.platform === 'win32') skip(this, 'Windows has no operations relative to a directory');
  });

  beforeEach(() => {
    top = path.join(scratch.path, 'root');
    mkdirSync(path.join(top, 'dir'), { recursive: true });
    writeFileSync(path.join(top, 'dir/file'), 'content');
    writeFileSync(path.join(scratch.path, 'secret'), 'secret');
    symlinkSync('../..', path.join(top, 'dir/out'));
    symlinkSync('dir', path.join(top, 'in'));
  });

  it('opens files that can be read and written like any others', async () => {
    const record = await beneath.openBeneath(top, 'in/made', O_RDWR | O_CREAT, 0o600);
    const file = new NativeFile(record, true);
    expect([file.kind, file.seekable, file.polled]).to.eql(['regular', true, false]);
    expect(await file.write(Buffer.from('hello'), 0, false)).to.equal(5);
    expect((await file.read(5, 0, true)).toString()).to.equal('hello');
    await file.close();
    expect(readFileSync(path.join(top, 'dir/made'), 'utf8')).to.equal('hello');
  });

  it('rejects a path out of the root with ERR_OUTSIDE_ROOT, and changes nothing', async () => {
    const { callBeneath } = beneath;
    for (const outside of ['../secret', 'dir/out/secret', 'in/out/secret', '/etc/passwd']) {
      const attempts = [
        beneath.openBeneath(top, outside, O_RDWR, 0),
        callBeneath(top, calls.UNLINK, [outside], []),
        callBeneath(top, calls.RENAME, ['in/file', outside], []),
        new NativeListing([top, outside], undefined).next(),
      ];
      const [opened, unlinked, renamed, scanned] = await Promise.allSettled(attempts);
      for (const each of [opened, unlinked, renamed]) {
        expect(each).to.have.nested.property('reason.code', 'ERR_OUTSIDE_ROOT');
      }
      expect(beneath.explained((scanned as PromiseRejectedResult).reason, outside)).to.have.property(
        'code',
        'ERR_OUTSIDE_ROOT',
      );
    }
    expect(readFileSync(path.join(scratch.path, 'secret'), 'utf8')).to.equal('secret');
  });
});
