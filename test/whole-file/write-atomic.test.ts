// The temporary names of writeAtomic and openAtomic: short, whatever the target's name, since some file systems allow 143 bytes.
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { needsStrace, runTraced } from '../support/strace.js';
import { scratchDirectory } from '../support/temp.js';

describe('the temporary name of an atomic write', () => {
  const scratch = scratchDirectory();

  it('has nothing of the name of its target', async function () {
    needsStrace(this);
    const log = path.join(scratch.path, 'log');
    const code = `
      import { openAtomic, writeAtomic } from 'uvfiles';
      for (const name of ['n'.repeat(143), 'n'.repeat(255)]) {
        const target = ${JSON.stringify(scratch.path)} + '/' + name;
        await writeAtomic(target, 'old');
        await writeAtomic(target, 'new');
        const file = await openAtomic(target);
        await file.write('newer');
        await file.commit();
      }`;
    const { stderr } = await runTraced(code, 'linkat,renameat,renameat2', log);
    expect(stderr).to.equal('');
    const renames = [...readFileSync(log, 'utf8').matchAll(/renameat2?\(\d+, "([^"]+)"/g)];
    expect(renames.length).to.equal(4);
    for (const [, name] of renames) expect(name).to.match(/^\.new\.[a-z2-7]{16}\.uvfiles$/);
  });
});
