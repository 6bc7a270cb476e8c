// Extended attributes as TypeScript asks for them.
import { expect } from 'chai';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Attributes from '../../lib/native/extended-attributes.js';
import { root as repository } from '../support/package.js';
import { rejection, scratchDirectory } from '../support/temp.js';

const require = createRequire(import.meta.url);
const load = (name: string): unknown => require(path.join(repository, 'dist/cjs', name));
const attributes = load('native/extended-attributes.js') as typeof Attributes;
const { CREATE, getAttribute, listAttributes, removeAttribute, REPLACE, setAttribute } = attributes;

describe('native extended attributes', () => {
  const scratch = scratchDirectory();

  it('are set, read, listed and removed', async function () {
    const file = path.join(scratch.path, 'f');
    const link = path.join(scratch.path, 'l');
    writeFileSync(file, '');
    symlinkSync('f', link);
    const value = Buffer.from([0, 1, 0xff]);
    try {
      await setAttribute(link, 'user.one', value, true);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
      console.log(`      skipped: ${scratch.path} has no attributes`);
      this.skip();
    }
    expect((await getAttribute(file, 'user.one', true)).equals(value)).to.equal(true);
    await setAttribute(file, 'user.empty', Buffer.alloc(0), true, CREATE);
    expect((await getAttribute(file, 'user.empty', true)).length).to.equal(0);
    const again = await rejection(setAttribute(file, 'user.one', value, true, CREATE));
    expect([again.code, again.syscall, again.path]).to.eql(['EEXIST', 'setxattr', file]);
    const missing = await rejection(setAttribute(file, 'user.two', value, true, REPLACE));
    expect(missing.code).to.be.oneOf(['ENODATA', 'ENOATTR']);
    const names = (await listAttributes(file, true)).map(String).filter((name) => name.startsWith('user.'));
    expect(names.sort()).to.eql(['user.empty', 'user.one']);
    expect((await listAttributes(link, false)).map(String)).to.not.include('user.one');
    await removeAttribute(file, 'user.one', true);
    expect((await rejection(getAttribute(file, 'user.one', true))).code).to.be.oneOf(['ENODATA', 'ENOATTR']);
  });
});
