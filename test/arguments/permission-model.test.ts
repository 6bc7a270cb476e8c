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

  it('also denies paths of beneath, realFileSystem and layers, and lets faults and noFiles work', async () => {
    mkdirSync(at('given/in'), { recursive: true });
    mkdirSync(at('denied'));
    writeFileSync(at('given/in/f'), 'x');
    writeFileSync(at('denied/f'), 'x');
    const program = `
      import { join } from 'node:path';
      import { constants } from 'node:fs';
      import { open, os, readBytes, readText, tempfile, updateAtomic, writeAtomic, writeFile } from 'uvfiles';
      import { beneath, mount, realFileSystem } from 'uvfiles/filesystem';
      import { faults, noFiles, trace } from 'uvfiles/testing';
      import { readFile } from 'uvfiles/promises';
      const [given, denied] = ['given', 'denied'].map((name) => join(process.env.TOP, name));
      const code = (call) => call().then(() => 'done', (error) => error.code ?? error);
      const opened = async (files, name, flags) => (await files.open(name, flags, 0o666, {})).close();
      const first = async (iterable) => (await iterable[Symbol.asyncIterator]().next()).value;
      const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = constants;
      const calls = {
        read: (at) => readText(at + '/f'),
        write: (at) => writeFile(at + '/w', 'x'),
        change: async (at) => (await open(at + '/f', 'r+')).close(),
        stat: (at) => os.stat(at + '/f'),
        list: (at) => os.listdir(at),
        copy: (at) => os.copy(at + '/f', at + '/c'),
        rename: (at) => os.rename(at + '/c', at + '/d'),
        link: (at) => os.link(at + '/f', at + '/l'),
        unlink: (at) => os.unlink(at + '/d'),
        replace: (at) => writeAtomic(at + '/a', 'x'),
        update: (at) => updateAtomic(at + '/a', () => 'y'),
        tree: (at) => os.rmtree(at + '/in'),
        temporary: async (at) => (await tempfile.temporaryFile({ dir: at })).close(),
      };
      const filesystems = (root) => [[beneath(root), '/m'], [realFileSystem, '/m' + root]];
      for (const [root, wanted] of [[given, 'done'], [denied, 'ERR_ACCESS_DENIED']]) {
        for (const [fileSystem, at] of filesystems(root)) {
          if (root === given) {
            await os.emptyDir(given);
            await os.mkdir(given + '/in');
            await writeFile(given + '/f', 'x');
          }
          await mount('/m', fileSystem, { scope: async () => {
            for (const [name, call] of Object.entries(calls)) {
              const got = await code(() => call(at));
              if (got !== wanted) console.log(fileSystem.name, root, name, got);
            }
          } });
        }
        for (const flags of [O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC])
          for (const [files, name] of [[beneath(root), '/f'], [realFileSystem, root + '/f']])
            if ((await code(() => opened(files, name, flags))) !== wanted) console.log(files.name, root, flags);
        for (const call of [() => first(realFileSystem.list(root, {})), () => trace(() => readText(root + '/f'))])
          if ((await code(call)) !== wanted) console.log(root, String(call));
      }
      await mount('/m', beneath(given), { scope: async () => {
        console.log(await code(() => os.symlink(denied + '/f', '/m/out')), await code(() => os.symlink('../denied/f', '/m/out')));
        console.log(await code(() => os.symlink('f', '/m/in-here')), await code(() => readText('/m/../denied/f')));
      } });
      await faults([{ op: 'read', error: 'EIO', times: Infinity }], async () => {
        console.log(await code(() => readBytes(given + '/f')), await code(() => readFile(given + '/f')));
      });
      console.log(await code(() => noFiles(() => readBytes(given + '/f'))));
      console.log((await trace(() => readBytes(given + '/f'))).length > 0);`;
    const args = [flag!, '--allow-addons', '--no-warnings', `--allow-fs-read=${root}/`];
    args.push(`--allow-fs-read=${at('given')}/`, `--allow-fs-write=${at('given')}/`);
    const { stdout, stderr } = await runProgram(program, { args, env: { TOP: scratch.path } });
    expect(stderr).to.equal('');
    expect(stdout.trim().split('\n')).to.deep.equal([
      'ERR_ACCESS_DENIED ERR_ACCESS_DENIED',
      'done ERR_ACCESS_DENIED',
      'EIO EIO',
      'ERR_FILES_FORBIDDEN',
      'true',
    ]);
    expect(readdirSync(at('denied'))).to.deep.equal(['f']);
  });
});
