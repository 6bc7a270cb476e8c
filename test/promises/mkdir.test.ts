// mkdir with `recursive`, and mkdtemp, on a mounted file system: the results and errors of Node on the disk.
import { expect } from 'chai';
import nodeFs from 'node:fs/promises';
import fs from 'uvfiles/promises';
import { memoryFiles } from 'uvfiles/testing';

import { scratchDirectory } from '../support/temp.js';

const PATHS = [
  ...['file', 'file/', 'file/a', 'file/a/b', 'link', 'link/', 'link/a', 'link/a/b'],
  ...['dangling', 'dangling/', 'dangling/a', 'dangling/a/b', 'loop', 'loop/a'],
  ...[
    'dir',
    'dir/',
    'dir/a',
    'dir/a/',
    'dir/a/b/',
    'dir//a',
    'dir/../a/b',
    'todir/a/b',
    'a',
    'a/b/c',
    'a//b',
    'a///b//c',
  ],
  ...['n'.repeat(256), `a/${'n'.repeat(256)}/b`],
];

describe('promises.mkdtemp on a mounted file system', () => {
  const scratch = scratchDirectory();

  it('appends six characters, as on the disk', async () => {
    const errorIn = async ({ mkdtemp }: typeof nodeFs): Promise<string> =>
      mkdtemp(`${scratch.path}/missing/x-`).catch((error: unknown) =>
        String(error).replace(/x-\w{6}'$/, 'x-'),
      );
    const expected = await errorIn(nodeFs);
    using _files = memoryFiles({}, { at: scratch.path });
    const made = await Promise.all(Array.from({ length: 9 }, () => fs.mkdtemp(`${scratch.path}/x-`)));
    for (const path of made) expect(path.slice(scratch.path.length)).to.match(/^\/x-\w{6}$/);
    expect(new Set(made)).to.have.lengthOf(9);
    expect((await fs.stat(made[0]!)).mode & 0o777).to.equal(0o700);
    expect(await errorIn(fs)).to.equal(expected);
  });
});

describe('promises.mkdir with recursive, on a mounted file system', () => {
  const scratch = scratchDirectory();

  const outcomes = async ({ mkdir, writeFile, symlink }: typeof nodeFs, path: string): Promise<unknown[]> => {
    const at = (name: string): string => `${scratch.path}/${name}`;
    await writeFile(at('file'), '');
    await mkdir(at('dir'));
    for (const [target, name] of [
      ['file', 'link'],
      ['dir', 'todir'],
      ['gone', 'dangling'],
      ['loop', 'loop'],
    ] as const)
      await symlink(target, at(name));
    const results: unknown[] = [];
    for (let i = 0; i < 2; i++)
      results.push(await mkdir(at(path), { recursive: true }).catch((error: unknown) => String(error)));
    return results;
  };

  for (const path of PATHS) {
    it(`has the results of the disk for ${path.replaceAll(/n{9,}/g, 'a long name')}`, async () => {
      const expected = await outcomes(nodeFs, path);
      using _files = memoryFiles({}, { at: scratch.path, user: { uid: 0, gid: 0 } });
      expect(await outcomes(fs, path)).to.deep.equal(expected);
    });
  }
});
