// Paths of Node's own virtual file systems, on the Nodes that have them.
import { spawnSync } from 'node:child_process';

import { expect } from 'chai';

import { runProgram } from '../support/temp.js';

describe('a mount of node:vfs', () => {
  const hasFlag = spawnSync(process.execPath, ['--experimental-vfs', '-e', '0']).status === 0;

  it('is read, written and listed through node:fs', async function () {
    if (!hasFlag) {
      console.log(`      skipped: Node ${process.versions.node} has no node:vfs`);
      this.skip();
    }
    const { stdout, stderr } = await runProgram(
      `
      import vfs from 'node:vfs';
      import fs from 'node:fs';
      import { lines, open, os, readBytes, readText, statMany, writeFile } from 'uvfiles';
      const mounted = vfs.create();
      const top = mounted.mount();
      fs.writeFileSync(top + '/a.txt', 'one\\ntwo\\n');
      console.log(String(await readBytes(top + '/a.txt')) === 'one\\ntwo\\n', await os.exists(top + '/a.txt'), await os.exists(top + '/b'));
      for await (const line of lines(top + '/a.txt')) console.log(line);
      await writeFile(top + '/b', 'written');
      console.log(fs.readFileSync(top + '/b', 'utf8'), (await os.listdir(top)).sort().join());
      const file = await open(top + '/b', 'r+');
      await file.seek(7);
      await file.write('!');
      await file.close();
      console.log(await readText(top + '/b'), (await os.stat(top + '/b')).size);
      const stats = await statMany([top + '/b', '/', top + '/none']);
      console.log(stats.map((each) => each.code ?? each.isDirectory()).join());
      const error = await readBytes(top + '/none').catch((e) => e);
      console.log(error.code, error.path === top + '/none');
      `,
      { args: ['--experimental-vfs', '--no-warnings'] },
    );
    expect(stderr).to.equal('');
    expect(stdout).to.equal(
      'true true false\none\ntwo\nwritten a.txt,b\nwritten! 8\nfalse,true,ENOENT\nENOENT true\n',
    );
  });
});
