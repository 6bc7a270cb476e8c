// The exports of the module, in both module systems.
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import nodeFs from 'node:fs/promises';
import { createRequire } from 'node:module';

import fs, * as namespace from 'uvfiles/promises';

const require = createRequire(import.meta.url);

describe('promises exports', () => {
  it('has every name that the running node:fs/promises has, and withLane', () => {
    const names = Object.keys(nodeFs).filter((name) => name !== 'default');
    expect(Object.keys(fs).sort()).to.deep.equal([...names, 'withLane'].sort());
    expect(Object.keys(require('uvfiles/promises') as object).sort()).to.deep.equal(
      [...names, 'withLane'].sort(),
    );
    for (const name of names)
      expect((namespace as Record<string, unknown>)[name], name).to.equal((fs as any)[name]);
    expect(fs.constants).to.equal(nodeFs.constants);
  });

  it('is one module for import and require, whose functions a test can replace', () => {
    const required = require('uvfiles/promises');
    expect(required).to.equal(fs);
    const original = required.stat;
    required.stat = () => 'replaced';
    expect(fs.stat('x')).to.equal('replaced');
    required.stat = original;
  });

  it("still reaches Node's own functions where it has been put in their place", () => {
    const script = `
      import nodeFs from 'node:fs/promises';
      import { createRequire, syncBuiltinESMExports } from 'node:module';
      import { tmpdir } from 'node:os';
      import fs from 'uvfiles/promises';
      Object.assign(nodeFs, fs);
      syncBuiltinESMExports();
      const { mkdtemp, rm, statfs, cp, readdir } = await import('node:fs/promises');
      const top = await mkdtemp(tmpdir() + '/uvfiles-circle-');
      await nodeFs.mkdir(top + '/a/b', { recursive: true });
      await cp(top + '/a', top + '/c', { recursive: true });
      console.log((await readdir(top)).join(), typeof (await statfs(top)).bsize);
      await rm(top, { recursive: true });
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(output).to.equal('a,c number\n');
  });

  it('does not delay the exit of a process', () => {
    const script = "require('uvfiles/promises').stat('.').then(() => console.log('done'))";
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).to.equal('done\n');
  });
});
