// Paths of Node's own virtual file systems, on the Nodes that have them.
import { spawnSync } from 'node:child_process';

import { expect } from 'chai';

import { skip } from '../support/skip.js';
import { runProgram } from '../support/temp.js';

describe('a mount of node:vfs', () => {
  const hasFlag = spawnSync(process.execPath, ['--experimental-vfs', '-e', '0']).status === 0;

  it('is read, written and listed through node:fs', async function () {
    if (!hasFlag) skip(this, `Node ${process.versions.node} has no node:vfs`);
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

  it('supports atomic writes, sync, links and statvfs, and rejects locks', async function () {
    if (!hasFlag) skip(this, 'this Node has no node:vfs');
    const { stdout, stderr } = await runProgram(
      `
      import vfs from 'node:vfs';
      import { lockFile, open, openAtomic, os, readText, updateAtomic, writeAtomic } from 'uvfiles';
      const top = vfs.create().mount();
      const a = top + '/a';
      await writeAtomic(a, 'old');
      await writeAtomic(a, 'new');
      const f = await openAtomic(a, 'w');
      await f.write('newer');
      console.log(await readText(a));
      await f.commit();
      console.log(await readText(a), (await os.listdir(top)).join());
      const taken = await openAtomic(a, 'x').catch((e) => e);
      console.log(taken.code, taken.path === a);
      const g = await open(a, 'r+');
      await g.sync();
      await g.datasync();
      await g.close();
      await os.chown(a, 5, 6);
      await os.chmod(a, 0o444);
      console.log((await os.stat(a)).uid, await os.access(a, 4), await os.access(a, 2), await os.access(top + '/none'));
      await os.symlink(a, top + '/link');
      await os.utimes(top + '/link', 1000, 2000, { followSymlinks: false });
      console.log(await readText(top + '/link'), (await os.lstat(top + '/link')).mtimeMs);
      const { bsize, namemax } = await os.statvfs(top);
      console.log(bsize > 0, namemax, typeof (await os.diskUsage(top)).free);
      for (const call of [() => lockFile(a), () => updateAtomic(a, String), () => os.getxattr(a, 'user.a')]) {
        const error = await call().catch((e) => e);
        console.log(error.code, error.message.includes('node:vfs'));
      }
      `,
      { args: ['--experimental-vfs', '--no-warnings'] },
    );
    expect(stderr).to.equal('');
    expect(stdout.split('\n')).to.deep.equal([
      'new',
      'newer a',
      'EEXIST true',
      '5 true false false',
      'newer 2000000',
      'true 255 number',
      ...new Array<string>(3).fill('ERR_UNSUPPORTED_OPERATION true'),
      '',
    ]);
  });
});
