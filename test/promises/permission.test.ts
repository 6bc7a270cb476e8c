// Node's permission model: uvfiles/promises grants and denies the same calls as Node's own functions, with the same
// messages.
import { expect } from 'chai';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { skip } from '../support/skip.js';
import { root, runProgram, scratchDirectory } from '../support/temp.js';

const flag = ['--permission', '--experimental-permission'].find((each) =>
  process.allowedNodeEnvironmentFlags.has(each),
);

/** Calls every function once below a granted and a denied directory, and prints each outcome. */
const program = `
  import nodeFs from 'node:fs/promises';
  import { lanes } from 'uvfiles';
  import fs from 'uvfiles/promises';

  const calls = (f, dir, open) => ({
    access: () => f.access(dir + '/file'),
    appendFile: () => f.appendFile(dir + '/new', 'x'),
    chmod: () => f.chmod(dir + '/file', 0o600),
    copyFile: () => f.copyFile(dir + '/file', dir + '/copy'),
    copyOut: () => f.copyFile(open + '/file', dir + '/copy2'),
    cp: () => f.cp(dir + '/dir', dir + '/dir2', { recursive: true }),
    lchown: () => f.lchown(dir + '/file', process.getuid(), process.getgid()),
    link: () => f.link(dir + '/file', dir + '/hard'),
    lstat: async () => (await f.lstat(dir + '/link')).size,
    lutimes: () => f.lutimes(dir + '/file', 1, 2),
    mkdir: () => f.mkdir(dir + '/made'),
    mkdirAll: () => f.mkdir(dir + '/made/a/b', { recursive: true }),
    mkdtemp: async () => void (await f.mkdtemp(dir + '/temporary-')),
    open: async () => (await f.open(dir + '/file')).close(),
    openToWrite: async () => (await f.open(dir + '/file', 'r+')).close(),
    async handle() {
      const handle = await f.open(dir + '/file', 'a+');
      try {
        await handle.write('y');
        await handle.stat();
        await handle.chmod(0o600);
      } finally {
        await handle.close();
      }
    },
    opendir: async () => (await f.opendir(dir)).close(),
    readFile: () => f.readFile(dir + '/file', 'utf8'),
    readdir: () => f.readdir(dir + '/dir'),
    readdirAll: () => f.readdir(dir + '/dir', { recursive: true, withFileTypes: true }),
    readlink: () => f.readlink(dir + '/link'),
    realpath: async () => void (await f.realpath(dir + '/link')),
    rename: () => f.rename(dir + '/copy', dir + '/renamed'),
    stat: async () => (await f.stat(dir + '/file')).size,
    statfs: async () => typeof (await f.statfs(dir)).bsize,
    symlink: () => f.symlink(dir + '/file', dir + '/symbolic'),
    truncate: () => f.truncate(dir + '/file', 1),
    utimes: () => f.utimes(dir + '/file', 1, 2),
    unlink: () => f.unlink(dir + '/hard'),
    rmdir: () => f.rmdir(dir + '/made/a/b'),
    rm: () => f.rm(dir + '/dir2', { recursive: true }),
    writeFile: () => f.writeFile(dir + '/new', 'x'),
  });
  const say = (value, top) => JSON.stringify(value ?? null)?.replaceAll(top, 'TOP');
  const { TOP } = process.env;
  for (const [name, functions] of Object.entries({ node: nodeFs, ours: fs, lane: fs.withLane(lanes.bulk) })) {
    const top = TOP + '/' + name;
    const answers = [];
    for (const dir of ['open', 'closed']) {
      for (const [what, call] of Object.entries(calls(functions, top + '/' + dir, top + '/open'))) {
        const answer = await call().catch(({ name, code, message, permission, resource }) =>
          ({ name, code, message, permission, resource }));
        answers.push(dir + ' ' + what + ' ' + say(answer, top));
      }
    }
    console.log(JSON.stringify(answers));
  }`;

describe('promises under the permission model', () => {
  const scratch = scratchDirectory();

  before(function () {
    if (flag !== undefined && process.allowedNodeEnvironmentFlags.has('--allow-addons')) return;
    skip(this, 'this Node has no permission model that allows addons');
  });

  it('answers each call as Node does, whether or not it is granted, and touches nothing that is not granted', async () => {
    const args = [flag!, '--allow-addons', '--no-warnings', `--allow-fs-read=${root}/`];
    for (const name of ['node', 'ours', 'lane']) {
      const at = (part: string): string => path.join(scratch.path, name, part);
      for (const dir of ['open', 'closed']) {
        mkdirSync(at(`${dir}/dir/sub`), { recursive: true });
        writeFileSync(at(`${dir}/file`), 'content');
        writeFileSync(at(`${dir}/dir/sub/file`), 'x');
        symlinkSync('file', at(`${dir}/link`));
      }
      args.push(`--allow-fs-read=${at('open')}/`, `--allow-fs-write=${at('open')}/`);
    }
    const { stdout, stderr } = await runProgram(program, { args, env: { TOP: scratch.path } });
    expect(stderr).to.equal('');
    const [node, ours, lane] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);
    expect(ours).to.deep.equal(node);
    expect(lane).to.deep.equal(node);
    expect(node!.filter((line) => line.includes('ERR_ACCESS_DENIED'))).to.have.length.above(25);
    for (const name of ['ours', 'lane'])
      expect(readdirSync(path.join(scratch.path, name, 'closed')).sort()).to.deep.equal([
        'dir',
        'file',
        'link',
      ]);
  });
});
