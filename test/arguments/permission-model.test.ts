// Node's permission model: a call on a denied path rejects before any system call.
import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { skip } from '../support/skip.js';
import { root, runProgram, scratchDirectory } from '../support/temp.js';

const flag = ['--permission', '--experimental-permission'].find((each) =>
  process.allowedNodeEnvironmentFlags.has(each),
);

describe('the permission model', () => {
  const scratch = scratchDirectory();
  const at = (name: string): string => path.join(scratch.path, name);

  before(function () {
    if (flag !== undefined && process.allowedNodeEnvironmentFlags.has('--allow-addons')) return;
    skip(this, 'this Node has no permission model that allows addons');
  });

  it('rejects reads, writes and operations on trees that are not granted, and performs the others', async () => {
    mkdirSync(at('open/sub'), { recursive: true });
    mkdirSync(at('closed'));
    writeFileSync(at('open/f'), 'x');
    writeFileSync(at('closed/f'), 'x');
    const program = `
      import { join } from 'node:path';
      import { open as openFile, openAtomic, os, path, readBytes, readMany, statMany, writeAtomic, writeFile } from 'uvfiles';
      const [open, closed] = ['open', 'closed'].map((name) => join(process.env.TOP, name));
      const first = async (iterator) => (await iterator.next()).value;
      const calls = (dir) => ({
        stat: () => os.stat(dir + '/f'),
        open: async () => (await openFile(dir + '/f')).close(),
        openToWrite: async () => (await openFile(dir + '/w', 'w')).close(),
        readBytes: () => readBytes(dir + '/f'),
        listdir: () => os.listdir(dir),
        scandir: () => first(os.scandir(dir)),
        walk: () => first(os.walk(dir)),
        glob: () => first(os.glob('*', { cwd: dir })),
        exists: () => path.exists(dir + '/f'),
        writeFile: () => writeFile(dir + '/w', 'x'),
        writeAtomic: () => writeAtomic(dir + '/a', 'x'),
        openAtomic: async () => (await openAtomic(dir + '/o')).commit(),
        mkdir: () => os.mkdir(dir + '/m'),
        copy: () => os.copy(dir + '/f', dir + '/c'),
        rename: () => os.rename(dir + '/c', dir + '/d'),
        symlink: () => os.symlink(dir + '/f', dir + '/l'),
        copytree: () => os.copytree(dir + '/sub', dir + '/sub2'),
        move: () => os.move(dir + '/sub2', dir + '/sub3'),
        unlink: () => os.unlink(dir + '/d'),
        rmtree: () => os.rmtree(dir + '/sub3'),
        statMany: async () => { const [answer] = await statMany([dir + '/f']); if (answer instanceof Error) throw answer; },
        readMany: async () => { const { error } = await first(readMany([dir + '/f'])); if (error) throw error; },
        out: () => os.symlink(closed + '/f', open + '/way-out'),
      });
      const out = [
        async () => { for await (const [, dirs] of os.walk(open)) dirs.splice(0, Infinity, '../closed'); },
        async () => { for await (const [, dirs] of os.walk(open)) dirs.splice(0, Infinity, '..'); },
        () => first(os.glob('*/../../*', { cwd: open })),
        () => first(os.glob('../*', { cwd: open })),
      ];
      for (const call of out) {
        const code = await call().then(() => undefined, (error) => error.code ?? error);
        if (code !== 'ERR_ACCESS_DENIED') console.log(String(call), code);
      }
      for (const [dir, wanted] of [[open, undefined], [closed, 'ERR_ACCESS_DENIED']]) {
        for (const [name, call] of Object.entries(calls(dir))) {
          const code = await call().then(() => undefined, (error) => error.code ?? error);
          if (code !== (name === 'out' ? 'ERR_ACCESS_DENIED' : wanted)) console.log(dir, name, code);
        }
      }
      const error = await os.stat(join(closed, 'f')).catch((error) => error);
      console.log(error.message, error.permission, error.resource === join(closed, 'f'));`;
    const args = [flag!, '--allow-addons', '--no-warnings', `--allow-fs-read=${root}/`];
    args.push(`--allow-fs-read=${at('open')}/`, `--allow-fs-write=${at('open')}/`);
    const { stdout, stderr } = await runProgram(program, { args, env: { TOP: scratch.path } });
    expect(stderr).to.equal('');
    expect(stdout.trim()).to.equal('Access to this API has been restricted FileSystemRead true');
    expect(readdirSync(at('closed'))).to.deep.equal(['f']);
    expect(existsSync(at('open/way-out'))).to.equal(false);
  });
});
