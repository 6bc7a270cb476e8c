// Faults and traces of extended attributes, on real files.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';
import { faults, trace } from 'uvfiles/testing';

import { skip } from '../support/skip.js';
import { rejection, scratchDirectory } from '../support/temp.js';

describe('faults of extended attributes', () => {
  const scratch = scratchDirectory();

  it('fail the chosen calls, and traces list all calls', async function () {
    const file = path.join(scratch.path, 'f');
    writeFileSync(file, '');
    try {
      await os.setxattr(file, 'user.a', 'x');
    } catch (error) {
      skip(this, `no extended attributes here: ${String(error)}`);
    }
    const asked = await trace(async () => {
      await os.setxattr(file, 'user.b', 'y');
      expect(String(await os.getxattr(file, 'user.b'))).to.equal('y');
      expect(await os.listxattr(file)).to.include.members(['user.a', 'user.b']);
      await os.removexattr(file, 'user.b');
    });
    expect(asked).to.deep.equal(
      ['setxattr', 'getxattr', 'listxattr', 'removexattr'].map((op) => ({ op, path: file })),
    );
    await faults({ op: 'getxattr', error: 'EIO' }, async () => {
      const failed = await rejection(os.getxattr(file, 'user.a'));
      expect(failed.message).to.equal(`EIO: i/o error, getxattr '${file}'`);
    });
  });
});
