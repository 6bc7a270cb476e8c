// Extended attributes through os.
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { os } from 'uvfiles';
import { memoryFiles } from 'uvfiles/testing';

import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('extended attributes', () => {
  const scratch = scratchDirectory();

  it('are set, read, listed and removed', async function () {
    const file = path.join(scratch.path, 'f');
    const link = path.join(scratch.path, 'l');
    writeFileSync(file, '');
    symlinkSync('f', link);
    try {
      await os.setxattr(link, 'user.text', 'välue');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
      skip(this, `${scratch.path} has no attributes`);
    }
    await os.setxattr(file, 'user.bytes', new Uint16Array([1, 2]), { mode: 'create' });
    expect(String(await os.getxattr(file, 'user.text'))).to.equal('välue');
    expect((await os.getxattr(file, 'user.bytes')).length).to.equal(4);
    await os.setxattr(file, 'user.empty', '');
    expect((await os.getxattr(file, 'user.empty')).length).to.equal(0);
    await os.setxattr(file, 'user.bytes', Buffer.from([0, 1, 0xff]));
    expect(await os.getxattr(file, 'user.bytes')).to.deep.equal(Buffer.from([0, 1, 0xff]));
    const again = await rejection(os.setxattr(file, 'user.text', 'x', { mode: 'create' }));
    expect([again.code, again.syscall, again.path]).to.deep.equal(['EEXIST', 'setxattr', file]);
    expect((await rejection(os.setxattr(file, 'user.none', 'x', { mode: 'replace' }))).code).to.be.oneOf([
      'ENODATA',
      'ENOATTR',
    ]);
    const names = (await os.listxattr(file)).filter((name) => name.startsWith('user.'));
    expect(names.sort()).to.deep.equal(['user.bytes', 'user.empty', 'user.text']);
    expect(await os.listxattr(link, { followSymlinks: false })).to.not.include('user.text');
    await os.removexattr(file, 'user.text');
    expect((await rejection(os.getxattr(file, 'user.text'))).code).to.be.oneOf(['ENODATA', 'ENOATTR']);
  });

  it('are refused with bad arguments before the file is touched', async () => {
    for (const name of ['', 'user.\0', 7, undefined]) {
      const error = await rejection(os.getxattr('none', name as string));
      expect(error.code).to.be.oneOf(['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_VALUE']);
      expect(error.message).to.include('name');
    }
    const options = await rejection(os.setxattr('none', 'user.a', 'x', { mode: 'new' } as never));
    expect(options.code).to.equal('ERR_INVALID_ARG_VALUE');
    const value = await rejection(os.setxattr('none', 'user.a', 7 as never));
    expect(value.code).to.equal('ERR_INVALID_ARG_TYPE');
    expect((await rejection(os.listxattr('none', { follow: false } as never))).code).to.equal(
      'ERR_INVALID_ARG_VALUE',
    );
  });

  it('are refused on file systems that have none', async () => {
    using _ = memoryFiles({ f: '' });
    expect((await rejection(os.getxattr('/f', 'user.a'))).code).to.equal('ERR_UNSUPPORTED_OPERATION');
  });
});
