// chmod's modes as strings.
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { os } from 'uvfiles';

import { rejection, scratchDirectory } from '../support/temp.js';

describe('chmod', () => {
  const scratch = scratchDirectory();

  it('distinguishes a mode that is out of range from an invalid one', async () => {
    const file = path.join(scratch.path, 'f');
    writeFileSync(file, '');
    expect((await rejection(os.chmod(file, '10777'))).code).to.equal('ERR_OUT_OF_RANGE');
    expect((await rejection(os.chmod(file, 0o10777))).code).to.equal('ERR_OUT_OF_RANGE');
    expect((await rejection(os.chmod(file, '0o600'))).code).to.equal('ERR_INVALID_ARG_VALUE');
    expect((await rejection(os.chmod(file, '8'))).code).to.equal('ERR_INVALID_ARG_VALUE');
    await os.chmod(file, '00000600');
  });
});
