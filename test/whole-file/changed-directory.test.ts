// Calls that take long, with relative paths, while the program changes its current directory.
import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { runProgram, scratchDirectory } from '../support/temp.js';

describe('a relative path of a call that waits', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => `${scratch.path}/${name}`;

  beforeEach(() => {
    for (const name of ['one', 'other']) {
      mkdirSync(at(name));
      writeFileSync(at(`${name}/file`), name);
    }
  });

  const run = async (program: string): Promise<string> => {
    const { stdout, stderr } = await runProgram(`
      import { renameSync, writeFileSync } from 'node:fs';
      import { lines, lockFile, updateAtomic } from 'uvfiles';
      process.chdir(${JSON.stringify(at('one'))});
      const goAway = () => process.chdir(${JSON.stringify(at('other'))});
      ${program}`);
    expect(stderr).to.equal('');
    return stdout;
  };

  it('leads updateAtomic to the file that it has read', async () => {
    await run(`
      await updateAtomic('file', async (old) => (goAway(), old + ' and more'), { encoding: 'utf-8' });
      process.chdir('../one');
      await updateAtomic('fresh', async () => (goAway(), 'new'));`);
    expect(readFileSync(at('one/file'), 'utf8')).to.equal('one and more');
    expect(readFileSync(at('one/fresh'), 'utf8')).to.equal('new');
    expect(readdirSync(at('other'))).to.deep.equal(['file']);
    expect(readFileSync(at('other/file'), 'utf8')).to.equal('other');
  });

  it('leads lockFile to the file that it waits for', async () => {
    const stdout = await run(`
      const first = await lockFile('lock');
      const second = lockFile('lock');
      await new Promise(setImmediate);
      goAway();
      await first.release();
      await (await second).release();
      console.log('released');`);
    expect(stdout.trim()).to.equal('released');
    expect(readdirSync(at('one')).sort()).to.deep.equal(['file', 'lock']);
    expect(readdirSync(at('other'))).to.deep.equal(['file']);
  });

  it('leads followed lines to the file that replaces the first one', async () => {
    const stdout = await run(`
      writeFileSync('log', 'first\\n');
      writeFileSync('../other/log', 'of another directory\\n');
      const followed = lines('log', { follow: true });
      const show = async () => console.log((await followed.next()).value);
      await show();
      goAway();
      renameSync('../one/log', '../one/log.1');
      writeFileSync('../one/log', 'second\\n');
      await show();
      await followed.return();`);
    expect(stdout.trim().split('\n')).to.deep.equal(['first', 'second']);
  });
});
