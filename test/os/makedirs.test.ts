// makedirs of paths that end in a dot.
import { expect } from 'chai';
import { statSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('makedirs', () => {
  const scratch = scratchDirectory();

  it('creates the directory before a final "/."', async () => {
    const target = path.join(scratch.path, 'a/b');
    await os.makedirs(`${target}/./.`, { mode: 0o700 });
    expect(statSync(target).isDirectory()).to.equal(true);
    if (process.platform !== 'win32') expect(statSync(target).mode & 0o777).to.equal(0o700);
    expect((await rejection(os.makedirs(`${target}/.`))).code).to.equal('EEXIST');
    await os.makedirs(`${target}/.`, { existOk: true });
  });
});
